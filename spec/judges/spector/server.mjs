// The mock server of Spector, with all scenarios.
//
//     node server.mjs MODULES PORT
//
// Ends when its standard input does. `GET /.coverage` answers which scenarios have passed.

import path from "node:path";
import { pathToFileURL } from "node:url";

const [modules, port] = process.argv.slice(2);
const load = (name) => import(pathToFileURL(path.join(modules, "@typespec/spector/dist/src", name)).href);
const { MockApiApp } = await load("app/app.js");
const { loadScenarioMockApis } = await load("scenarios-resolver.js");

// `app.start` would ask Git for a commit, which the package does not have.
const scenarios = await loadScenarioMockApis(path.join(modules, "@typespec/http-specs/specs"));
// The file is written when the process ends; nobody reads it.
const app = new MockApiApp({ port: Number(port), coverageFile: path.join(process.cwd(), "coverage.json") });
app.resolverConfig = { baseUrl: `http://localhost:${port}` };
app.coverageTracker.setScenarios([{ scenarios, scenariosMetadata: {} }]);
for (const [name, scenario] of Object.entries(scenarios)) app.registerScenario(name, scenario);
app.router.get("/.coverage", (_, response) => response.json(app.coverageTracker.computeCoverage()));
app.server.use("/", app.router);
await app.server.start();
console.log("ready");
process.stdin.on("end", () => process.exit(0));
process.stdin.resume();
