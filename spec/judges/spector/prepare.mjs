// Converts the specifications of Spector to OpenAPI 3.0, and writes down the calls that its scenarios expect.
//
//     node prepare.mjs MODULES OUT BASE_URL
//
// MODULES is the folder `node_modules`. OUT gets `openapi/*.json`, one document for each specification and version, and
// `cases.json`: for each call of each scenario the document and operation that it belongs to, the arguments as JSON, and
// the response that the mock server gives. Arguments are read out of the request that the mock expects, by the parameters
// that the document describes: this file shares no code with the generator.

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [modules, out, baseUrl] = process.argv.slice(2);
const load = (name) => import(pathToFileURL(path.join(modules, name)).href);
const { compile, NodeHost } = await load("@typespec/compiler/dist/src/index.js");
const { expandDyns } = await load("@typespec/spec-api/dist/index.js");

const root = path.join(modules, "@typespec/http-specs");
const config = { baseUrl };

// --- Specifications -------------------------------------------------------------------------------------------------

// Operations that the emitter for OpenAPI cannot write. They are removed, so that the rest of their specification can be
// converted; their scenarios are reported as not convertible.
const REMOVED = {
  // OpenAPI has no range 494 to 499.
  "response/status-code-range": [/@scenario\s+@scenarioDoc\("""(?:(?!""")[^])*"""\)\s+@route\("\/error-response-status-code-in-range"\)\s+@get\s+op [^;]*;/],
  // OpenAPI has no query within a path.
  routes: [/@route\("query-continuation"\)\s+namespace QueryContinuation \{[^]*?\n  \}\n/],
  // The emitter looks for examples of the parameter in an object, where `constructor` is always found, and crashes.
  "special-words": [/@paramNameScenario\("constructor"\)[^;]*;/],
};

function host(area) {
  const removed = REMOVED[area] ?? [];
  const readFile = async (file) => {
    const source = await NodeHost.readFile(file);
    if (path.resolve(file) !== path.join(root, "specs", area, "main.tsp")) return source;
    let text = source.text;
    for (const pattern of removed) {
      const without = text.replace(pattern, "");
      if (without === text) throw new Error(`${area}: there is no ${pattern} any more`);
      text = without;
    }
    return { ...source, text };
  };
  return { ...NodeHost, readFile };
}

/** The documents of a specification: newest version first. */
async function convert(area) {
  const folder = path.join(out, "emitted", area);
  const options = { "openapi-versions": ["3.0.0"], "file-type": "json", "emitter-output-dir": folder };
  const program = await compile(host(area), path.join(root, "specs", area, "main.tsp"), {
    emit: ["@typespec/openapi3"],
    outputDir: folder,
    options: { "@typespec/openapi3": options },
  });
  const errors = program.diagnostics.filter((diagnostic) => diagnostic.severity === "error");
  if (errors.length > 0) throw new Error(errors.map((error) => error.message).join("; "));
  const files = readdirSync(folder).sort().reverse();
  return files.map((file) => {
    const version = file.replace(/^openapi\.?|\.?json$/g, "");
    const name = `s_${area}${version && `_${version}`}`.toLowerCase().replaceAll(/[^a-z0-9]/g, "_");
    const text = readFileSync(path.join(folder, file), "utf8");
    writeFileSync(path.join(out, "openapi", `${name}.json`), text);
    return { name, api: JSON.parse(text) };
  });
}

// --- Requests -------------------------------------------------------------------------------------------------------

function resolve(api, node) {
  for (let depth = 0; node?.$ref && depth < 32; depth += 1) {
    node = node.$ref.slice(2).split("/").reduce((at, key) => at[decodeURIComponent(key).replaceAll("~1", "/").replaceAll("~0", "~")], api);
  }
  return node;
}

function schemaOf(api, node) {
  const schema = resolve(api, node) ?? {};
  return schema.allOf?.length === 1 && !schema.type ? { ...schemaOf(api, schema.allOf[0]), ...schema } : schema;
}

/** The JSON value that a text means, by the type of its schema. */
function typed(api, node, value) {
  const schema = schemaOf(api, node);
  if (typeof value !== "string") return value;
  if ((schema.type === "integer" || schema.type === "number") && value.trim() !== "" && !Number.isNaN(Number(value))) return Number(value);
  if (schema.type === "boolean" && (value === "true" || value === "false")) return value === "true";
  return value;
}

function listed(api, schema, parts) {
  return parts.map((part) => typed(api, schema.items, part));
}

function membered(api, schema, pairs) {
  const of = (key) => schema.properties?.[key] ?? (typeof schema.additionalProperties === "object" ? schema.additionalProperties : {});
  return Object.fromEntries(pairs.map(([key, value]) => [key, typed(api, of(key), value)]));
}

const pairsOf = (parts) => parts.flatMap((part, index) => (index % 2 ? [] : [[part, parts[index + 1]]]));

/** Reads an argument out of the text of a path segment. */
function fromPath(api, parameter, text) {
  const schema = schemaOf(api, parameter.schema);
  const { style = "simple", explode = false, name } = parameter;
  const start = { simple: "", label: ".", matrix: ";" }[style];
  if (!text.startsWith(start)) return decodeURIComponent(text);
  let rest = text.slice(start.length);
  if (schema.type === "array") {
    if (style === "matrix" && explode) return listed(api, schema, rest.split(";").map((part) => decodeURIComponent(part.slice(name.length + 1))));
    if (style === "matrix") rest = rest.slice(name.length + 1);
    return listed(api, schema, rest.split(style === "label" && explode ? "." : ",").map(decodeURIComponent));
  }
  if (schema.type === "object") {
    if (explode) return membered(api, schema, rest.split({ simple: ",", label: ".", matrix: ";" }[style]).map((part) => part.split("=").map(decodeURIComponent)));
    if (style === "matrix") rest = rest.slice(name.length + 1);
    return membered(api, schema, pairsOf(rest.split(",").map(decodeURIComponent)));
  }
  if (style === "matrix") rest = rest.slice(name.length + 1);
  return typed(api, schema, decodeURIComponent(rest));
}

/** Reads an argument out of the query or the headers that a mock expects; `undefined` if it is not there. */
function fromFields(api, parameter, fields, others) {
  const content = Object.values(parameter.content ?? {})[0];
  const schema = schemaOf(api, content?.schema ?? parameter.schema);
  const style = parameter.style ?? (parameter.in === "query" ? "form" : "simple");
  const explode = parameter.explode ?? style === "form";
  if (schema.type === "object" && explode && style === "form") {
    const pairs = Object.entries(fields).filter(([key]) => !others.includes(key));
    return pairs.length > 0 ? membered(api, schema, pairs) : undefined;
  }
  const value = fields[parameter.in === "header" ? parameter.name.toLowerCase() : parameter.name];
  if (value === undefined) return undefined;
  if (schema.type === "array") {
    const separator = { spaceDelimited: " ", pipeDelimited: "|" }[style] ?? ",";
    return listed(api, schema, Array.isArray(value) ? value : String(value).split(separator));
  }
  if (schema.type === "object" && typeof value === "string") return membered(api, schema, pairsOf(value.split(",")));
  return typed(api, schema, value);
}

/** The only value that a required argument can have, if there is only one: a mock need not mention it. */
function onlyValue(api, parameter) {
  const schema = schemaOf(api, parameter.schema);
  return schema.enum?.length === 1 ? schema.enum[0] : schema.default;
}

function bytesOf(raw) {
  if (raw === undefined) return undefined;
  if (typeof raw === "string" || Buffer.isBuffer(raw)) return Buffer.from(raw);
  return Buffer.from(raw.serialize(config));
}

const isJson = (type) => /^application\/([a-z.-]+\+)?json\b/.test(type);

/** A body: its media type, its bytes in base64, and what it means. `declared` is its media type in the document, where the mock has another one. */
function bodyOf(body, declared) {
  if (body === undefined) return undefined;
  if (body.kind === "multipart") {
    const files = (body.files ?? []).map(({ fieldname, originalname, mimetype, buffer }) => ({ name: fieldname, filename: originalname, type: mimetype, base64: Buffer.from(buffer).toString("base64") }));
    return { type: body.contentType, parts: expandDyns(body.parts ?? {}, config), files };
  }
  const bytes = body.streamChunks ? Buffer.concat(body.streamChunks.map((chunk) => Buffer.from(chunk))) : bytesOf(body.rawContent);
  if (bytes === undefined) return undefined;
  const found = { type: body.contentType, base64: bytes.toString("base64") };
  if (isJson(body.contentType)) {
    try {
      found.json = JSON.parse(bytes.toString());
    } catch {
      // Some mocks call a file JSON that is none.
    }
  }
  // Such a mock compares a text as JSON.
  if (declared && !isJson(declared) && typeof found.json === "string") {
    return { type: declared, base64: Buffer.from(found.json).toString("base64") };
  }
  return found;
}

const escaped = (text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** Matches a URL against a template with `{name}`; `loose` lets the last parameter contain slashes. */
function matched(template, text, loose) {
  const names = [];
  const pattern = template
    .split(/(\{[^}]+\})/)
    .map((part) => {
      if (!part.startsWith("{")) return escaped(part);
      names.push(part.slice(1, -1));
      return loose ? "(.+)" : "([^/]+)";
    })
    .join("");
  const found = new RegExp(`^${pattern}$`).exec(text);
  return found && Object.fromEntries(names.map((name, index) => [name, found[index + 1]]));
}

/** The operation of a call: of the documents that have it, that of its version, else the newest; of its paths, the one with fewest parameters. */
function operationOf(documents, method, uri) {
  const named = documents.filter(({ api }) => uri.split(/[/:]/).includes(api.info.version));
  for (const loose of [false, true]) {
    for (const { name, api } of [...named, ...documents]) {
      const server = api.servers?.[0] ?? { url: "{endpoint}" };
      const prefix = server.url.replace("{endpoint}", "").replace(/^https?:\/\/[^/]*/, "").replace(/\/$/, "");
      const candidates = Object.entries(api.paths)
        .filter(([, item]) => item[method])
        .map(([template, item]) => ({ template, item, values: matched((prefix + template).replace(/\/$/, ""), uri.replace(/\/$/, ""), loose) }))
        .filter(({ values }) => values)
        .sort((a, b) => a.template.split("{").length - b.template.split("{").length);
      if (candidates.length > 0) {
        const { template, item, values } = candidates[0];
        const base = prefix.replaceAll(/\{([^}]+)\}/g, (_, variable) => values[variable]);
        return { name, api, template, item, operation: item[method], values, base: baseUrl + base };
      }
    }
  }
  return undefined;
}

/** What a call is authenticated with, by the names of schemes: the first set of which the mock expects everything. A call that is refused has a wrong credential of the first set. */
function credentialsOf(api, operation, headers, query, cookies, isRefused) {
  const requirements = operation.security ?? api.security ?? [];
  for (const requirement of requirements) {
    const found = Object.keys(requirement).map((name) => {
      const scheme = api.components.securitySchemes[name];
      const place = { query, cookie: cookies }[scheme.in] ?? headers;
      const value = place[scheme.type === "apiKey" ? (scheme.in === "header" ? scheme.name.toLowerCase() : scheme.name) : "authorization"];
      return [name, scheme.type === "apiKey" ? value : value?.replace(/^\S+ /, "")];
    });
    if (found.length > 0 && found.every(([, value]) => value !== undefined)) return Object.fromEntries(found);
  }
  if (!isRefused || requirements.some((requirement) => Object.keys(requirement).length === 0)) return {};
  return Object.fromEntries(Object.keys(requirements[0] ?? {}).map((name) => [name, "wrong-token"]));
}

/** A body as the type of its operation has it: JSON, the text, or the bytes in base64; a part with a file has its name and media type, and a body of any type its media type. */
function argumentOf(api, content, body, range) {
  const schema = schemaOf(api, content?.schema);
  if (body.parts) {
    const members = Object.fromEntries(Object.entries(body.parts).map(([name, value]) => {
      const type = schemaOf(api, schema.properties?.[name]).type;
      return [name, type === "string" && typeof value === "number" ? String(value) : value];
    }));
    for (const { name, filename, type, base64 } of body.files) {
      const file = { base64, fileName: filename, mediaType: type };
      if (schemaOf(api, schema.properties?.[name]).type === "array") (members[name] ??= []).push(file);
      else members[name] = file;
    }
    return members;
  }
  if ("json" in body && schema.format !== "binary") return body.json;
  if (range) return { base64: body.base64, mediaType: body.type };
  const bytes = Buffer.from(body.base64, "base64");
  const isText = schema.format !== "binary" && bytes.equals(Buffer.from(bytes.toString()));
  return isText ? bytes.toString() : body.base64;
}

function caseOf(documents, scenario, index, api) {
  const found = { scenario, index, method: api.method.toUpperCase() };
  const pathParams = api.request?.pathParams ?? {};
  const uri = api.uri.replaceAll(/(?<!\\):([A-Za-z]\w*)/g, (whole, name) => (name in pathParams ? encodeURIComponent(pathParams[name]) : whole)).replaceAll("\\:", ":");
  found.uri = uri;
  const at = operationOf(documents, api.method, uri);
  found.response = { status: api.response.status, body: bodyOf(api.response.body) };
  if (!at) return found;
  const headers = Object.fromEntries(Object.entries(expandDyns(api.request?.headers ?? {}, config)).map(([key, value]) => [key.toLowerCase(), value]));
  const query = expandDyns(api.request?.query ?? {}, config);
  const parameters = [...(at.item.parameters ?? []), ...(at.operation.parameters ?? [])].map((parameter) => resolve(at.api, parameter));
  const names = parameters.filter((parameter) => parameter.in === "query").map((parameter) => parameter.name);
  const values = {};
  for (const parameter of parameters) {
    let value;
    if (parameter.in === "path") value = at.values[parameter.name] === undefined ? undefined : fromPath(at.api, parameter, at.values[parameter.name]);
    else if (parameter.in === "query") value = fromFields(at.api, parameter, query, names.filter((name) => name !== parameter.name));
    else if (parameter.in === "header") value = fromFields(at.api, parameter, headers, []);
    if (value === undefined && parameter.required) value = onlyValue(at.api, parameter);
    if (value !== undefined) values[`${parameter.in}:${parameter.name}`] = value;
  }
  const cookies = Object.fromEntries((headers.cookie ?? "").split("; ").filter(Boolean).map((pair) => pair.split(/=(.*)/s).slice(0, 2)));
  const credentials = credentialsOf(at.api, at.operation, headers, query, cookies, api.response.status >= 400);
  const content = resolve(at.api, at.operation.requestBody)?.content ?? {};
  const types = Object.keys(content);
  const declared = types.includes(api.request?.body?.contentType) ? undefined : types[0];
  const body = bodyOf(api.request?.body, declared);
  const chosenType = body && body.type in content ? body.type : types[0];
  let argument = body && argumentOf(at.api, content[chosenType], body, chosenType?.includes("*"));
  // A mock need not mention a body that has no members which a caller could set.
  if (body === undefined && resolve(at.api, at.operation.requestBody)?.required && schemaOf(at.api, content[types[0]]?.schema).type === "object") argument = {};
  const responses = at.operation.responses;
  const response = resolve(at.api, responses[api.response.status] ?? responses[`${Math.floor(api.response.status / 100)}XX`] ?? responses.default);
  const accepted = Object.keys(response?.content ?? {});
  const chosen = types.length > 1 ? { content_type: chosenType } : {};
  return { ...found, document: at.name, path: at.template, base: at.base, credentials, values, argument, has_content: accepted.length > 0, ...chosen };
}

// --- All of them ----------------------------------------------------------------------------------------------------

function* areas(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) yield* areas(path.join(folder, entry.name));
    else if (entry.name === "main.tsp") yield path.relative(path.join(root, "specs"), folder);
  }
}

rmSync(out, { recursive: true, force: true });
mkdirSync(path.join(out, "openapi"), { recursive: true });
const result = [];
for (const area of [...areas(path.join(root, "specs"))].sort()) {
  let documents = [];
  let error;
  try {
    documents = await convert(area);
  } catch (thrown) {
    error = thrown.message.split("\n").slice(0, 3).join(" ");
  }
  const { Scenarios } = await import(pathToFileURL(path.join(root, "dist/specs", area, "mockapi.js")).href);
  const cases = [];
  for (const [scenario, { apis }] of Object.entries(Scenarios)) {
    apis.forEach((api, index) => cases.push(caseOf(documents, scenario, index, api)));
  }
  result.push({ area, error, documents: documents.map(({ name }) => name), cases });
}
writeFileSync(path.join(out, "cases.json"), JSON.stringify(result, null, 1));
const cases = result.flatMap((one) => one.cases);
console.log(`${result.length} specifications, ${result.filter((one) => one.error).length} not convertible; ${cases.length} calls, ${cases.filter((one) => !one.document).length} without an operation`);
