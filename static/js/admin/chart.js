// Columns with axes, as inline SVG that is drawn anew for each width.

import { h } from "../lib/dom.js";

const NAMESPACE = "http://www.w3.org/2000/svg";
const HEIGHT = 240;
const TOP = 12;
const BOTTOM = 28; // the names under the columns
const WIDEST = 72;
const LETTER = 8; // about as wide as one is
const LINES = 4; // at most, beside the base

/** `{ node, update(bars, words) }`; a bar is `{ name, value, words }`, and `format(value)` labels the axis. */
export function createChart({ title, format }) {
  const svg = draw("svg", { class: "chart", role: "img", height: HEIGHT });
  const node = h("figure", { class: "chart-box" }, h("figcaption", { class: "chart-title" }, title), svg);
  let shown = [];
  const paint = () => { if (svg.clientWidth > 0) svg.replaceChildren(...parts(shown, svg.clientWidth, format)); };
  new ResizeObserver(paint).observe(node);
  const update = (bars, words) => {
    shown = bars;
    svg.setAttribute("aria-label", `${title}. ${words}`);
    paint();
  };
  return { node, update };
}

function draw(tag, attributes, ...children) {
  const node = document.createElementNS(NAMESPACE, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  node.append(...children);
  return node;
}

function parts(bars, width, format) {
  const most = Math.max(...bars.map(({ value }) => value), 0);
  const step = niceStep(most / LINES);
  const lines = Array.from({ length: 1 + Math.max(1, Math.ceil(most / step)) }, (_, index) => index * step);
  const left = 2 * LETTER + LETTER * Math.max(...lines.map((value) => format(value).length));
  const scale = (HEIGHT - TOP - BOTTOM) / lines.at(-1);
  return [...axis(lines, left, width, scale, format), ...columns(bars, left, width, scale)];
}

/** The first of 1, 2, 2.5, 5, 10, 20 … that is not below `least`. */
function niceStep(least) {
  const power = 10 ** Math.floor(Math.log10(least || 1));
  return [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((step) => step >= least);
}

function axis(lines, left, width, scale, format) {
  return lines.flatMap((value) => {
    const y = HEIGHT - BOTTOM - value * scale;
    return [
      draw("line", { class: value === 0 ? "chart-base" : "chart-line", x1: left, x2: width, y1: y, y2: y }),
      draw("text", { class: "chart-text", x: left - LETTER, y: y + 4, "text-anchor": "end" }, format(value)),
    ];
  });
}

function columns(bars, left, width, scale) {
  const band = (width - left) / Math.max(bars.length, 1);
  const size = Math.min(band * 0.72, WIDEST);
  let free = 0; // where the last name that found room ends
  return bars.flatMap(({ name, value, words }, index) => {
    const middle = left + band * (index + 0.5);
    const tall = value * scale;
    const column = draw("rect",
      { class: "chart-column", x: middle - size / 2, y: HEIGHT - BOTTOM - tall, width: size, height: tall, rx: 2 });
    column.append(draw("title", {}, words));
    const half = name.length * LETTER * 0.42;
    if (middle - half < free) return [column];
    free = middle + half + LETTER / 2;
    return [column, draw("text", { class: "chart-text", x: middle, y: HEIGHT - 8, "text-anchor": "middle" }, name)];
  });
}
