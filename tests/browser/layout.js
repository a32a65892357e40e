// What geometry tells of what is in sight: a whole page, or the dialog or the open menu that lies over it.
// A text that is shortened on purpose, its whole being one tap away, says so with `data-short`.
(strict) => {
  const found = new Set();
  // Cards out of sight have no size of their own until they are scrolled to; their edges cut all the same.
  for (const { style } of document.querySelectorAll("[data-cards] .card")) {
    Object.assign(style, { contentVisibility: "visible", contain: "layout style paint" });
  }
  const root = document.documentElement;
  const modal = [...document.querySelectorAll("dialog:modal, .menu-sheet")].filter((one) => one.checkVisibility()).at(-1);
  const scope = modal ?? document.body;
  const words = (node) => node.textContent.trim().replace(/\s+/g, " ").slice(0, 40);
  const name = (node) => {
    const kind = typeof node.className === "string" && node.className ? `.${node.className.split(" ").join(".")}` : "";
    return `${node.tagName.toLowerCase()}${kind} «${node.getAttribute("aria-label") ?? words(node)}»`;
  };
  const isSeen = (node) => node.checkVisibility({ opacityProperty: true, visibilityProperty: true })
    && !node.closest(".unseen, [inert], .toasts, option, svg") && node.getClientRects().length > 0;
  const parts = [...scope.querySelectorAll("*")].filter(isSeen);
  const ACTIVE = "button, a[href], input:not([type=hidden]), select, textarea, summary, [role=tab], label:has(input)";
  const active = parts.filter((node) => node.matches(ACTIVE) && !node.parentElement.closest("label:has(input)")
    && getComputedStyle(node).opacity !== "0");

  // 1. Nothing is to be scrolled to the side.
  if (root.scrollWidth > root.clientWidth) {
    const wide = parts.filter((node) => node.getBoundingClientRect().right > root.clientWidth + 1).slice(0, 3).map(name);
    found.add(`scrolls to the side (${root.scrollWidth} > ${root.clientWidth}): ${wide.join("; ")}`);
  }
  if (modal && modal.scrollWidth > modal.clientWidth + 1) found.add(`the dialog scrolls to the side: ${name(modal)}`);

  // 2. No text is cut off by what it stands in, or runs out of it.
  const texts = [];
  for (const node of parts) {
    for (const child of node.childNodes) {
      if (child.nodeType !== Node.TEXT_NODE || !child.data.trim()) continue;
      const range = document.createRange();
      range.selectNodeContents(child);
      const boxes = [...range.getClientRects()].filter((box) => box.width > 0.5);
      if (boxes.length) texts.push({ node, text: child.data.trim().slice(0, 40), boxes });
    }
  }
  const isPainted = (style) => style.borderLeftWidth !== "0px" || style.borderBottomWidth !== "0px"
    || (style.backgroundColor !== "rgba(0, 0, 0, 0)" && style.backgroundColor !== "transparent");
  for (const { node, text, boxes } of texts) {
    if (node.closest("[data-short]")) continue;
    let turned = false;
    const slack = parseFloat(getComputedStyle(node).fontSize) * 0.3;
    for (let box = node; box && box !== scope.parentElement; box = box.parentElement) {
      const style = getComputedStyle(box);
      if (style.display === "inline" || style.display === "contents") continue;
      const edge = box.getBoundingClientRect();
      const cuts = style.overflowX !== "visible";
      const turns = cuts && ["auto", "scroll"].includes(style.overflowX) && box.scrollWidth > box.clientWidth + 1;
      turned = turns; // it can be scrolled into sight
      if (turned) break;
      const aside = boxes.some((one) => one.left < edge.left - 1 || one.right > edge.right + 1);
      const updown = boxes.some((one) => one.top < edge.top - slack || one.bottom > edge.bottom + slack);
      const scrolls = ["auto", "scroll"].includes(style.overflowY);
      if ((cuts || isPainted(style) || box.matches(ACTIVE)) && (aside || (updown && !scrolls))) {
        found.add(`«${text}» runs out of ${name(box)}`);
        break;
      }
      if (scrolls || /fixed|absolute/.test(style.position)) break;
    }
    const isAside = boxes.some((one) => one.right > root.clientWidth + 1 || one.left < -1);
    if (isAside && !turned && root.scrollWidth <= root.clientWidth) found.add(`«${text}» is out of sight: ${name(node)}`);
  }
  for (const field of active.filter((node) => node.matches("select, input[type=date], input[type=number], input[type=file]"))) {
    if (field.scrollWidth > field.clientWidth + 1) found.add(`its value is cut: ${name(field)} ${field.id}`);
  }

  // 3. Prices and times stand in one line; so do the main buttons where the text has its usual size.
  const lines = (boxes) => {
    const tops = boxes.map((one) => one.top).sort((a, b) => a - b);
    return tops.filter((top, at) => at === 0 || top - tops[at - 1] > boxes[0].height / 2).length;
  };
  for (const { node, text, boxes } of texts) {
    const one = node.closest(".money, .number, .price");
    if (one && lines(boxes) > 1) found.add(`not in one line: «${text}» in ${name(one)}`);
    if (strict && node.closest("[data-size=main]") && lines(boxes) > 1) found.add(`not in one line: main button «${text}»`);
    if (!node.closest("[data-short]") && !one && lines(boxes) > 1 && /^\$ ?[\d,.]+$/.test(text)) found.add(`a price breaks: «${text}»`);
  }

  // 4. What can be tapped lies beside what else can be tapped, never over it.
  const boxes = active.map((node) => [node, inSight(node)]).filter(([, box]) => box.right > box.left && box.bottom > box.top);
  const standing = (node) => { for (let one = node; one && one !== scope; one = one.parentElement) if (/fixed|sticky/.test(getComputedStyle(one).position)) return one; return null; };
  const stands = new Map(active.map((node) => [node, standing(node)]));
  for (let a = 0; a < boxes.length; a += 1) {
    for (let b = a + 1; b < boxes.length; b += 1) {
      const [first, one] = boxes[a];
      const [second, other] = boxes[b];
      const wide = Math.min(one.right, other.right) - Math.max(one.left, other.left);
      const high = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
      if (wide <= 1 || high <= 1 || first.contains(second) || second.contains(first)) continue;
      if (stands.get(first) !== stands.get(second)) continue; // content passes beneath a bar as it scrolls
      found.add(`overlap: ${name(first)} and ${name(second)}`);
    }
  }
  // What of an element its scrolling ancestors leave in sight.
  function inSight(node) {
    let { left, top, right, bottom } = node.getBoundingClientRect();
    for (let one = node.parentElement; one && one !== document.body; one = one.parentElement) {
      if (getComputedStyle(one).overflowY === "visible" || one.matches("label")) continue;
      const edge = one.getBoundingClientRect();
      [left, top] = [Math.max(left, edge.left), Math.max(top, edge.top)];
      [right, bottom] = [Math.min(right, edge.right), Math.min(bottom, edge.bottom)];
    }
    return { left, top, right, bottom };
  }

  // 5. Scrolled to, it is really there: at its middle lies nothing else.
  const hits = (node, target) => target && (node === target || node.contains(target) || target.contains(node)
    || (target.closest("label") && target.closest("label") === node.closest("label")));
  const isStretched = (target) => target?.matches?.("button, a") && getComputedStyle(target, "::after").position === "absolute";
  const places = scope === document.body ? [document.scrollingElement] : [];
  const before = places.map((one) => one.scrollTop);
  const seek = (node, what) => {
    node.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
    const box = node.getBoundingClientRect();
    const x = (Math.max(0, box.left) + Math.min(root.clientWidth, box.right)) / 2;
    const y = (Math.max(0, box.top) + Math.min(innerHeight, box.bottom)) / 2;
    const target = document.elementFromPoint(x, y);
    if (hits(node, target) || (what === "text" && isStretched(target))) return;
    found.add(`${what} is covered: ${name(node)} by ${target ? name(target) : "nothing that can be reached"}`);
  };
  for (const node of active) if (getComputedStyle(node).pointerEvents !== "none" && !node.disabled) seek(node, "control");
  for (const { node } of texts) if (getComputedStyle(node).pointerEvents !== "none" && !node.closest(ACTIVE)) seek(node, "text");
  places.forEach((one, at) => { one.scrollTop = before[at]; });
  return [...found].sort().slice(0, 40);
}
