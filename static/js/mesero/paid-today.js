// "Pagadas hoy": a button whose list is fetched when it opens.

import { h, setText } from "../lib/dom.js";
import { fetchPart } from "../lib/later.js";

/** `{ node, show(order), refresh(), filter() }`; for `house`, see `createPaidList`. */
export function createPaidToday(/** @type {Waiting} */ house) {
  let list = null;
  const counter = h("span", { class: "counter", hidden: true });
  const body = h("div", { class: "paid-body", hidden: true });
  const opener = h("button",
    { class: "button", type: "button", "aria-expanded": "false", onclick: () => toggle(body.hidden) },
    "Pagadas hoy ", counter);

  async function toggle(isOpen) {
    body.hidden = !isOpen;
    opener.setAttribute("aria-expanded", String(isOpen));
    if (!isOpen) return;
    const part = await fetchPart(import("./paid.js"));
    if (part) list ??= createList(part);
    if (list) list.load();
    else toggle(false);
  }

  function createList(part) {
    const paidList = part.createPaidList(house, (number) => {
      setText(counter, String(number));
      counter.hidden = false;
    });
    body.append(...paidList.nodes);
    return paidList;
  }

  return {
    node: h("section", { class: "paid" }, opener, body),
    show: (/** @type {Order} */ order) => list?.show(order),
    refresh: () => { if (!body.hidden) list?.load(); },
    filter: () => list?.filter(),
  };
}
