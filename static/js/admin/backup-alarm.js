// The alarm over all sections when the last backup is too old or failed.

import { call } from "../lib/api.js";
import { h, setText } from "../lib/dom.js";

const LOOK_EVERY = 5 * 60 * 1000;

/** A notice that is there only while something is wrong; `open` leads to the section. */
export function createBackupAlarm(open) {
  const text = h("span", {});
  const button = h("button", { class: "button", type: "button", onclick: open }, "Ver copias");
  const node = h("div", { class: "notice backup-alarm", role: "alert", hidden: true, data: { tone: "late" } }, text,
    button);

  async function look() {
    try {
      const { alarm, trouble } = await call("GET", "/backups");
      setText(text, alarm ? `⚠ Copias: ${trouble}.` : "");
      node.hidden = !alarm;
    } catch { /* the connection's state is in the bar; the next look will tell */ }
  }

  addEventListener("backups", look);
  setInterval(look, LOOK_EVERY);
  look();
  return node;
}
