import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import "./browser.js";

const { amountWithin, shortMoney, exampleAmount, money, plainMoney, readMoney, setMoney } = await import(
  "../../static/js/lib/money.js");
const { inNumberWords } = await import("../../static/js/lib/number-words.js");
const { COUNTRIES } = await import("../../static/js/house/countries.js");

// tests/domain/test_money.py reads the same table. Only pages write a space that breaks no line.
const TABLE = JSON.parse(readFileSync(new URL("../money.json", import.meta.url), "utf-8"));

for (const [house, units, text, plain] of TABLE.written) {
  test(`${house} writes ${units} hundredths as ${text}`, () => {
    setMoney(TABLE.houses[house]);
    assert.equal(money(units / 100), text.replaceAll(" ", "\u00a0"));
    assert.equal(plainMoney(units / 100), plain);
  });
}

for (const [house, text, meaning] of TABLE.read) {
  test(`${house} reads ${JSON.stringify(text)} as ${meaning}`, () => {
    setMoney(TABLE.houses[house]);
    const { hundredths, error } = readMoney(text);
    assert.equal(error?.replaceAll("\u00a0", " ") ?? hundredths, meaning);
  });
}

test("each country can be chosen, and writes as the table says", () => {
  const chosen = COUNTRIES.map(({ code, currency, currency_after, decimals, decimal_mark }) =>
    [code, { currency, currency_after, decimals, decimal_mark }]);
  const { "by hand": _, ...houses } = TABLE.houses;
  assert.deepEqual(Object.fromEntries(chosen), houses);
});

test("each house reads its own example and all that it writes", () => {
  for (const house of Object.values(TABLE.houses)) {
    setMoney(house);
    assert.ok(readMoney(exampleAmount()).hundredths > 0);
    for (let units = 0; units < 1e9; units = units * 3 + (house.decimals === 0 ? 100 : 1)) {
      assert.equal(readMoney(money(units / 100)).hundredths, units);
      assert.equal(readMoney(plainMoney(units / 100)).hundredths, units);
    }
  }
});

test("an axis has the house's marks too, and hundredths only where there are any", () => {
  const axes = { MX: ["0", "1,250", "2.50"], CL: ["0", "1.250", "2,50"], AR: ["0", "1.250", "2,50"] };
  for (const [house, labels] of Object.entries(axes)) {
    setMoney(TABLE.houses[house]);
    assert.deepEqual([0, 1250, 2.5].map((amount) => shortMoney(amount)), labels);
  }
});

test("each house finds its amounts in a sentence, and nothing else", () => {
  for (const house of Object.values(TABLE.houses)) {
    setMoney(house);
    for (const amount of [0, 7.5, 185, 1234.56, 1250000]) {
      for (const text of [money(amount), money(amount).replace("\u00a0", " ")]) { // as the server writes it
        const parts = `La mesa 12 debe ${text}. Faltan ${text}, y 3 rondas`.split(amountWithin());
        assert.deepEqual(parts, ["La mesa 12 debe ", text, ". Faltan ", text, ", y 3 rondas"]);
      }
    }
  }
});

const WORDS = {
  0: "cero", 1: "uno", 16: "dieciséis", 21: "veintiuno", 31: "treinta y uno", 100: "cien", 101: "ciento uno",
  500: "quinientos", 999: "novecientos noventa y nueve", 1000: "mil", 1250: "mil doscientos cincuenta",
  2001: "dos mil uno", 11000: "once mil", 21000: "veintiún mil", 31000: "treinta y un mil", 100000: "cien mil",
  101000: "ciento un mil", 1000000: "un millón", 1001000: "un millón mil",
  2350000: "dos millones trescientos cincuenta mil",
  21000000: "veintiún millones", 999999999: "novecientos noventa y nueve millones novecientos noventa y nueve mil "
    + "novecientos noventa y nueve",
};

for (const [number, words] of Object.entries(WORDS)) {
  test(`${number} is ${words}`, () => assert.equal(inNumberWords(Number(number)), words));
}
