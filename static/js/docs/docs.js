// The OpenAPI document for people: every request, what it takes, what it answers.

import { byId, h, setText } from "../lib/dom.js";

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

function row(...cells) {
  return h("tr", {}, ...cells.map((cell, at) => h(at ? "td" : "th", at ? {} : { scope: "row" }, cell)));
}

function table(caption, rows) {
  if (!rows.length) return null;
  return h("table", {}, h("caption", {}, caption), h("tbody", {}, ...rows));
}

function fieldsOf({ properties = {}, required = [] }) {
  return Object.entries(properties).map(([name, schema]) => (
    row(h("code", {}, name), `${kindOf(schema)}${required.includes(name) ? "" : ", optional"}`)
  ));
}

function parametersOf({ parameters = [] }) {
  return parameters.map((one) => row(
    h("code", {}, one.name), `in ${one.in}: ${kindOf(one.schema)}. ${one.description || ""}`,
  ));
}

function bodyOf({ requestBody }) {
  return Object.entries(requestBody?.content || {}).map(([media, { schema }]) => (
    row(h("code", {}, media), kindOf(schema))
  ));
}

function answersOf({ responses }) {
  return Object.entries(responses).map(([status, { description, content = {} }]) => {
    const schema = content["application/json"]?.schema;
    const told = schema?.$ref ? kindOf(schema) : Object.keys(content).join(", ") || "no body";
    return row(status, status < 400 ? told : description.replaceAll("`", ""));
  });
}

function show(path, method, operation) {
  const name = `${method.toUpperCase()} ${path}`;
  byId("index").append(h("li", {}, h("a", { href: `#${operation.operationId}` }, name)));
  return h("section", { id: operation.operationId },
    h("h2", {}, h("code", {}, name)),
    h("p", {}, `${operation.summary}. ${operation.description}`),
    table("Parameters", parametersOf(operation)),
    table("Body", bodyOf(operation)),
    table("Answers", answersOf(operation)));
}

setText(byId("about"), spec.info.description.replaceAll("`", ""));
for (const [path, item] of Object.entries(spec.paths)) {
  for (const method of METHODS.filter((one) => item[one])) {
    byId("operations").append(show(path, method, item[method]));
  }
}
for (const [name, schema] of Object.entries(spec.components.schemas)) {
  byId("objects").append(h("section", { id: name }, table(name, fieldsOf(schema))));
}
