// The OpenAPI document for people: every request, what it takes, what it answers, and every event.

import { byId, h } from "../lib/dom.js";

const METHODS = ["get", "post", "put", "delete"];
const answer = await fetch("/openapi.json");
const spec = await answer.json();

/** What a schema is, in a few words: `Order`, `list of Item`, `string (1–40)`. */
function kindOf(schema = {}) {
  const branches = schema.anyOf || schema.allOf || schema.oneOf;
  if (schema.$ref) return schema.$ref.split("/").at(-1);
  if (branches) return branches.map(kindOf).join(" or ");
  if (schema.enum) return schema.enum.map((value) => value ?? "null").join(" | ");
  if (schema.type === "array") return `list of ${kindOf(schema.items)}`;
  const type = [schema.type || "any"].flat().join(" or ");
  const [least, most] = [schema.minimum ?? schema.minLength, schema.maximum ?? schema.maxLength];
  const limits = most === undefined ? "" : ` (${least ?? 0}–${most})`;
  return `${type}${schema.format ? `, ${schema.format}` : ""}${limits}`;
}

/** The document's text with its `code` and its **bold** words as elements. */
function rich(text) {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*)/).map((part) => {
    if (part.startsWith("`")) return h("code", {}, part.slice(1, -1));
    return part.startsWith("**") ? h("strong", {}, part.slice(2, -2)) : part;
  });
}

function example(of, value) {
  if (value === undefined) return null;
  const text = JSON.stringify(value, null, 2);
  return h("details", {}, h("summary", {}, `Example of ${of}`), h("pre", { tabindex: 0 }, text));
}

/** A link to an object, where the schema is one of those below. */
function objectOf(schema) {
  return schema?.$ref ? h("a", { href: `#${kindOf(schema)}` }, kindOf(schema)) : kindOf(schema);
}

function row(...cells) {
  return h("tr", {}, ...cells.map((cell, at) => h(at ? "td" : "th", at ? {} : { scope: "row" }, ...[cell].flat())));
}

function table(caption, rows) {
  if (!rows.length) return null;
  return h("table", {}, h("caption", {}, caption), h("tbody", {}, ...rows));
}

function fieldsOf({ properties = {}, required = [] }) {
  return Object.entries(properties).map(([name, schema]) => (
    row(h("code", {}, name), [
      `${kindOf(schema)}${required.includes(name) ? "" : ", optional"}`,
      ...(schema.description ? [". ", ...rich(schema.description)] : []),
    ])
  ));
}

function parametersOf({ parameters = [] }) {
  return parameters.map((one) => row(
    h("code", {}, one.name), [`in ${one.in}: ${kindOf(one.schema)}. `, ...rich(one.description || "")],
  ));
}

function bodyOf({ requestBody }) {
  return Object.entries(requestBody?.content || {}).map(([media, { schema }]) => (
    row(h("code", {}, media), [objectOf(schema), `. ${requestBody.description || ""}`])
  ));
}

function answersOf({ responses }) {
  return Object.entries(responses).map(([status, { description, content = {} }]) => {
    const schema = content["application/json"]?.schema;
    const answered = schema?.$ref ? objectOf(schema) : Object.keys(content).join(", ") || "no body";
    return row(status, Number(status) < 400 ? answered : rich(description));
  });
}

function examplesOf({ requestBody, responses }) {
  const asked = Object.values(requestBody?.content || {})[0]?.example;
  const answered = Object.values(responses).map(({ content }) => content?.["application/json"]?.example);
  return [
    example("the body", asked),
    example("the answer", answered.find((one) => one !== undefined)),
  ];
}

function showEvent(event) {
  return h("section", { id: `event-${event.type}` },
    h("h3", {}, h("code", {}, event.type)),
    h("p", {}, `For ${event["x-roles"].join(", ")}. `, ...rich(event.description)),
    h("p", {}, "Data: ", objectOf(event.data)),
    example("its data", event.example));
}

function codesOf(problems) {
  const statuses = [...new Set(problems.map(({ status }) => status))];
  return statuses.map((status) => row(`${status}`, problems
    .filter((one) => one.status === status)
    .flatMap(({ code }, at) => [at ? ", " : "", h("code", {}, code)])));
}

function show(path, method, operation) {
  const name = `${method.toUpperCase()} ${path}`;
  byId("index").append(h("li", {}, h("a", { href: `#${operation.operationId}` }, name)));
  return h("section", { id: operation.operationId },
    h("h2", {}, h("code", {}, name)),
    h("p", {}, `${operation.summary}. `, ...rich(operation.description)),
    table("Parameters", parametersOf(operation)),
    table("Body", bodyOf(operation)),
    table("Answers", answersOf(operation)),
    ...examplesOf(operation),
    operation["x-events"] && h("p", {}, h("a", { href: "#events" }, "The events")));
}

byId("about").replaceChildren(
  ...spec.info.description.split("\n\n").map((paragraph) => h("p", {}, ...rich(paragraph))),
);
for (const [path, item] of Object.entries(spec.paths)) {
  for (const method of METHODS.filter((one) => item[one])) {
    byId("operations").append(show(path, method, item[method]));
    byId("events").append(...(item[method]["x-events"] || []).map(showEvent));
  }
}
byId("codes").append(table("Status and codes", codesOf(spec["x-problems"])));
for (const [name, schema] of Object.entries(spec.components.schemas)) {
  const about = schema.description ? h("p", {}, ...rich(schema.description)) : null;
  byId("objects").append(h("section", { id: name }, table(name, fieldsOf(schema)) || h("h3", {}, name), about));
}
