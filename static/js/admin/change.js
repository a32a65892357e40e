// A change that one tap asks the server for.

import { call } from "../lib/api.js";
import { toast } from "../lib/dom.js";

/** Ask for a change, then `show()` its result; say a refusal. */
export async function change(method, path, json, show) {
  try {
    await call(method, path, { json });
    await show();
  } catch (error) {
    toast(error.message, "late");
  }
}
