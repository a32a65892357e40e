// A day at a glance: sales by hour and method, time to a verdict, rejections, warnings and voids.

import { call, Problem } from "../lib/api.js";
import { h, setText } from "../lib/dom.js";
import { businessDay, duration, money } from "../house/format.js";
import { roundMoney, shortMoney } from "../lib/money.js";
import { laterDate } from "../lib/wall-time.js";
import { signInAgain } from "../house/live.js";
import { placeOf, setPlace } from "../lib/place.js";
import { shortWarning, whyApproved } from "../house/rules.js";
import { createChart } from "./chart.js";
import { createTable } from "./tables.js";

const PLACES = [["/caja", "💵 Caja"], ["/mesero", "🍽 Mesero"], ["/cocina", "🍳 Cocina"]];
const LOOK_AT_THE_CLOCK = 30000;
const SETTLING = 1500; // milliseconds in which several verdicts ask for one look
/** @type {(keyof Events)[]} */
const NEWS = ["payment_approved", "payment_rejected", "order_voided", "payment_verification_pending",
  "deposit_tied"];

export function create(/** @type {SectionContext} */ { settings, listen, onReset }) {
  const labels = new Map(settings.methods.map(({ name, label }) => [name, label]));
  const picker = createPicker(settings, (date) => load(date));
  const report = createReport(labels);
  const trouble = h("p", { class: "notice", role: "alert", hidden: true });
  const places = h("nav", { "aria-label": "Páginas" }, h("ul", { class: "places" },
    ...PLACES.map(([path, name]) => h("li", {}, h("a", { class: "button", href: path }, name)))));
  let timer = 0;

  async function load(date) {
    try {
      const day = await call("GET", `/days/${date}`);
      if (date !== picker.date()) return;
      trouble.hidden = true;
      report.update(day);
    } catch (error) {
      if (error instanceof Problem && error.status === 401) signInAgain();
      trouble.hidden = false;
      setText(trouble, `No se pudo cargar el día: ${error.message}`);
    }
  }

  const reload = () => load(picker.date());
  setInterval(() => { if (node.isConnected) picker.follow(); }, LOOK_AT_THE_CLOCK);
  function later() {
    if (picker.date() !== picker.today()) return;
    clearTimeout(timer);
    timer = setTimeout(reload, SETTLING);
  }
  for (const type of NEWS) listen(type, later);
  onReset(() => { if (!picker.follow()) reload(); });

  /** The house's time zone and end of the day may have changed meanwhile. */
  function show() {
    if (picker.follow()) return;
    picker.show();
    reload();
  }
  const node = h("div", { class: "day" }, picker.node, trouble, report.node, places);
  return { node, show };
}

/** The day that is shown, kept in the URL; `choose(date)` hears of another one. */
function createPicker(/** @type {Settings} */ settings, /** @type {(date: string) => void} */ choose) {
  let today = businessDay();
  let shown = placeOf("dia") ?? today;
  const title = h("h2", { "aria-live": "polite" });
  const input = h("input", { class: "input", type: "date", "aria-label": "Día", required: true });
  const button = (label, sign, date) =>
    h("button", { class: "button", type: "button", "aria-label": label, title: label, onclick: () => go(date()) },
    sign);
  const ends = h("p", { class: "quiet small day-ends" });
  const file = h("a", { class: "button", download: "" }, "⬇ CSV");
  const node = h("header", { class: "day-head" }, title, h("div", { class: "day-picker" },
    button("Día anterior", "‹", () => laterDate(shown, -1)), input,
    button("Día siguiente", "›", () => laterDate(shown, 1)),
    h("button", { class: "button", type: "button", onclick: () => go(businessDay()) }, "Hoy"), file), ends);
  input.addEventListener("change", () => { if (input.value) go(input.value); });

  function go(date) {
    today = businessDay();
    shown = date;
    show();
    setPlace({ dia: date === today ? null : date });
    choose(date);
  }

  function show() {
    input.value = shown;
    file.href = `/days/${shown}.csv`;
    setText(title, inWords(shown));
    ends.hidden = settings.day_ends === "00:00";
    setText(ends, `Hasta las ${settings.day_ends} del día siguiente`);
  }

  /** Go on to the new day if today was on show; tell whether it did. */
  function follow() {
    const isOver = shown === today && today !== businessDay();
    if (isOver) go(businessDay());
    return isOver;
  }

  show();
  return { node, date: () => shown, today: businessDay, follow, show };
}

/** "Sábado, 28 de noviembre de 2026" */
function inWords(date) {
  const moment = new Date(`${date}T00:00:00Z`);
  if (Number.isNaN(moment.getTime())) return "Hoy";
  const text = moment.toLocaleDateString("es-MX", { timeZone: "UTC", dateStyle: "full" });
  return text[0].toUpperCase() + text.slice(1);
}

function createReport(labels) {
  const figures = createFigures();
  const hours = createChart({ title: "Ventas por hora", format: shortMoney });
  const methods = createChart({ title: "Ventas por forma de pago", format: shortMoney });
  const byHour = createTable("Ventas por hora", ["Hora", "Pagos", "Importe"], "Sin ventas");
  const byMethod = createTable("Ventas por forma de pago", ["Forma", "Pagos", "Importe"], "Sin ventas");
  const byDish = createTable("Por platillo", ["Platillo", "Cantidad", "Importe"], "Nada pagado");
  const byCategory = createTable("Por categoría", ["Categoría", "Cantidad", "Importe"], "Nada pagado");
  const byWaiter = createTable("Por mesero", ["Mesero", "Órdenes", "Importe"], "Nada pagado");
  const tips = createTable("Propinas por mesero", ["Mesero", "Pagos", "Propina"], "Sin propinas");
  const reopened = createTable("Pagos reabiertos", ["Motivo", "Veces", "Importe"], "Ninguno reabierto ✓");
  const removed = createTable("Platillos quitados", ["Platillo", "Cantidad", "Importe"], "Ninguno quitado ✓");
  const whole = h("p", { class: "quiet small" });
  const rejections = createTable("Comprobantes rechazados", ["Motivo", "Veces", "Importe"], "Ninguno rechazado ✓");
  const warnings = createTable("Avisos", ["Aviso", "Veces", "Aprobados", "Por qué"], "Ningún aviso ✓", ["Por qué"]);
  const readings = createTable("Lo que dicen los comprobantes", ["Comprobantes", "Veces"], "Ninguno leído");
  const voids = createTable("Órdenes anuladas", ["Motivo", "Órdenes", "Importe"], "Ninguna anulada ✓");
  const node = h("div", { class: "day-report", hidden: true }, figures.node,
    h("div", { class: "day-charts" }, hours.node, methods.node),
    h("details", { class: "day-details" }, h("summary", {}, "Las ventas en tablas"),
      h("div", { class: "day-tables" }, byHour.node, byMethod.node)),
    h("details", { class: "day-details" }, h("summary", {}, "Platillos y meseros"), whole,
      h("div", { class: "day-tables" }, byDish.node, byCategory.node, byWaiter.node)),
    h("div", { class: "day-tables" }, tips.node, rejections.node, warnings.node, readings.node, voids.node,
      removed.node, reopened.node));

  function update(/** @type {Day} */ day) {
    node.hidden = false;
    figures.update(day);
    const sold = day.by_hour.filter(({ count }) => count > 0);
    const named = day.by_method.map((one) => ({ ...one, name: labels.get(one.method) ?? one.method }));
    hours.update(day.by_hour.map((one) => bar(one.hour, one)), best(sold.map((one) => ({ ...one, name: one.hour }))));
    methods.update(named.map((one) => bar(one.name, one)), best(named));
    byHour.update(sold.map((one) => row(one.hour, one)));
    byMethod.update(named.map((one) => row(one.name, one)));
    rejections.update(day.rejections.map((one) => row(one.reason || "Sin motivo", one)));
    warnings.update(day.warnings.map((warned) => (
      [shortWarning(warned), String(warned.count), String(warned.approved), whyApproved(warned)])));
    const { read, unreadable } = day.readings;
    readings.update([["Leídos", String(read)], ["No se pudieron leer", String(unreadable)]]);
    readings.node.hidden = read + unreadable === 0;
    voids.update(day.voids.map((one) => row(one.reason, one)));
    byDish.update(day.by_dish.map((one) => row(one.name, one)));
    byCategory.update(day.by_category.map((one) => row(one.name, one)));
    byWaiter.update(day.by_waiter.map((one) => row(one.name, one)));
    setText(whole, wholeOrders(day));
    tips.update(day.tips_by_waiter.map((one) => row(one.name, one)));
    tips.node.hidden = day.tips.count === 0;
    removed.update(day.removed.map((one) => row(one.name, one)));
    removed.node.hidden = day.removed.length === 0;
    reopened.update(day.reopened.map((one) => row(one.reason || "Sin motivo", one)));
    reopened.node.hidden = day.reopened.length === 0;
  }
  return { node, update };
}

const row = (/** @type {string} */ name, /** @type {Sum} */ { count, total }) => [name, String(count), money(total)];
const bar = (/** @type {string} */ name, /** @type {Sum} */ one) =>
  ({ name, value: one.total, words: `${name}: ${money(one.total)}, ${payments(one.count)}` });
const payments = (count) => (count === 1 ? "1 pago" : `${count} pagos`);

/** What the tables of dishes and waiters add up to, and why that may not be the sales. */
function wholeOrders(/** @type {Day} */ { paid_orders: paid, sales }) {
  const words = `${paid.count === 1 ? "1 orden quedó pagada" : `${paid.count} órdenes quedaron pagadas`} este día: `
    + `${money(paid.total)}.`;
  return paid.total === sales.total ? words
    : `${words} Una orden que se paga por partes cuenta aquí cuando queda pagada; en las ventas, cada pago en su día.`;
}

function best(tallies) {
  if (tallies.length === 0) return "Sin ventas.";
  const top = tallies.reduce((most, one) => (one.total > most.total ? one : most));
  return `Lo más alto: ${top.name}, ${money(top.total)} en ${payments(top.count)}. Las tablas lo dicen todo.`;
}

/** The numbers that matter most, large. */
function createFigures() {
  const names = ["Ventas", "Pagos", "Promedio", "Verificación (mediana)", "95 de cada 100 en", "Rechazados",
    "Anuladas", "Propinas", "Por cobrar ahora", "Con ingreso del banco"];
  const values = names.map(() => h("dd", { class: "figure-value number" }));
  const bills = h("dd", { class: "quiet small" });
  const arrivals = h("dd", { class: "quiet small" });
  const cards = names.map(
    (name, index) => h("div", { class: "card figure" }, h("dt", { class: "quiet small" }, name), values[index]));
  const [tipCard, openCard, depositCard] = cards.slice(-3);
  openCard.append(bills);
  depositCard.append(arrivals);
  const node = h("dl", { class: "figures" }, ...cards);

  function update(/** @type {Day} */ { sales, verification, rejections, voids, tips, open, deposits }) {
    const of = (tallies) => String(tallies.reduce((sum, { count }) => sum + count, 0));
    const wait = (seconds) => (seconds === null ? "—" : duration(seconds));
    const average = sales.count ? money(roundMoney(sales.total / sales.count)) : "—";
    const texts = [money(sales.total), String(sales.count), average,
      wait(verification.median_seconds), wait(verification.p95_seconds), of(rejections), of(voids),
      money(tips.total), open ? money(open.due) : "",
      deposits ? `${deposits.with_deposit} de ${deposits.approvals}` : ""];
    texts.forEach((text, index) => setText(values[index], text));
    tipCard.hidden = tips.count === 0;
    openCard.hidden = !open?.bills;
    if (open) setText(bills, openBills(open));
    depositCard.hidden = !deposits?.approvals;
    if (deposits) setText(arrivals, arrivalWords(deposits));
  }
  return { node, update };
}

/** "mediana 33 s · 95 de cada 100 en 2 min 5 s": how soon after its proof the money was told of. */
function arrivalWords(/** @type {DayDeposits} */ { median_seconds: median, p95_seconds: p95 }) {
  if (median === null || p95 === null) return "";
  return `el aviso tardó: mediana ${duration(median)} · 95 de cada 100 en ${duration(p95)}`;
}

/** "3 cuentas · 1 orden pagada en parte: faltan $ 85.50 · por verificar $ 100.00" */
function openBills(/** @type {OpenBills} */ { bills, partly_paid: partly, waiting }) {
  const parts = [bills === 1 ? "1 cuenta" : `${bills} cuentas`];
  if (partly.count > 0) {
    const orders = partly.count === 1 ? "1 orden pagada en parte" : `${partly.count} órdenes pagadas en parte`;
    parts.push(`${orders}: falta ${money(partly.total)}`);
  }
  if (waiting > 0) parts.push(`por verificar ${money(waiting)}`);
  return parts.join(" · ");
}
