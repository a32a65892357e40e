// "Restaurante": its name, its money, its time zone, the end of its day, tips, and the accounts that guests pay to.

import { call } from "../lib/api.js";
import { h, toast } from "../lib/dom.js";
import { setMoney } from "../lib/money.js";
import { setClock } from "../lib/wall-time.js";
import { houseFields } from "../house/house-fields.js";
import { createForm } from "../lib/forms.js";
import { createAccounts } from "./accounts.js";
import { createChanges } from "./house-changes.js";
import { createReading } from "./reading.js";
import { createTips } from "./tips.js";

export function create(/** @type {SectionContext} */ { settings }) {
  const fields = houseFields(settings);
  const tips = createTips(settings.tips);
  const changes = createChanges();
  const accounts = createAccounts(settings, changes.show);
  tips.follow(settings.country);
  fields.country.input.addEventListener("change", () => tips.follow(fields.country.value));
  const form = createForm({
    fields: [...fields.nodes, tips.node],
    action: "Guardar",
    send: () => call("PUT", "/house", { json: { ...fields.json(), tips: tips.tips() } }),
    done: (house) => {
      Object.assign(settings, house);
      setMoney(house);
      setClock(house);
      changes.show();
      toast("Guardado. Las páginas abiertas lo muestran cuando se abren otra vez.", "done");
    },
  });
  return {
    node: h("div", { class: "stack narrow" }, h("h2", {}, "Restaurante"), form, accounts.node,
      createReading(settings.reading), changes.node),
    show: () => { accounts.show(); changes.show(); },
  };
}
