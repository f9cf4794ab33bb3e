/** The command that prints the OpenAPI document, and a validator that shares no code with it. */
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Validator } from "@seriousme/openapi-schema-validator";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { app } from "../../src/app.ts";
import type { OpenApiDocument } from "../../src/web/contract/document.ts";
import { projectRoot } from "./build.ts";
import { copyWithThings } from "./dev-server.ts";
import { expectMessage, KINDS, THINGS } from "./mistakes.ts";

function run(folder: string, ...flags: string[]) {
  return spawnSync(process.execPath, [join(folder, "scripts/openapi.ts"), ...flags], { encoding: "utf8" });
}

async function validate(document: object) {
  // The validator adds to the object that it is given.
  return new Validator().validate(structuredClone(document) as Record<string, unknown>);
}

const printed = run(projectRoot);
const document: OpenApiDocument = JSON.parse(printed.stdout || "{}");
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
);

test("npm run openapi prints the document, and nothing else", () => {
  expect({ stderr: printed.stderr, status: printed.status }).toEqual({ stderr: "", status: 0 });
});

test("an independent validator accepts it", async () => {
  const { valid, errors } = await validate(document);
  expect({ valid, errors }).toEqual({ valid: true, errors: undefined });
});

const [first = ""] = Object.keys(document.paths);
const broken: Record<string, object> = {
  "without a title": { ...document, info: { version: "1" } },
  "with a path that has no slash": { ...document, paths: { notes: {} } },
  "with a response that has no description": {
    ...document,
    paths: { [first]: { get: { operationId: "x", responses: { 200: {} } } } },
  },
  "with a parameter that is nowhere": {
    ...document,
    paths: { [first]: { parameters: [{ name: "id", in: "somewhere" }] } },
  },
};
test.each(Object.entries(broken))("the validator refuses a document %s", async (_, wrong) => {
  expect((await validate(wrong)).valid).toBe(false);
});

test("every reference has a target", () => {
  const references = [...printed.stdout.matchAll(/"\$ref": "#\/([^"]+)"/g)].map(([, pointer = ""]) => pointer);
  const resolve = (pointer: string) =>
    pointer.split("/").reduce<unknown>((value, key) => Object(value)[key.replaceAll("~1", "/")], document);
  expect(references.length).toBeGreaterThan(0);
  expect(references.filter((pointer) => resolve(pointer) === undefined)).toEqual([]);
});

test("every operation has an id of its own, which is an identifier", () => {
  const ids = operations.map(({ operation }) => operation.operationId);
  expect(ids.filter((id) => !/^[a-z][A-Za-z0-9]*$/.test(id))).toEqual([]);
  expect(new Set(ids).size).toBe(ids.length);
});

test("every parameter of a path is described, and no other", () => {
  const wrong = operations.filter(({ path, operation: { parameters = [] } }) => {
    const described = parameters.filter((one) => one.in === "path").map(({ name }) => `{${name}}`);
    return described.join() !== [...path.matchAll(/\{[^}]*\}/g)].join();
  });
  expect(wrong).toEqual([]);
});

test("every route that declares responses is there, by a path of the same shape", () => {
  const shapes = operations.map(({ path, method }) => `${method.toUpperCase()} ${path.replace(/\{[^}]*\}/g, "{}")}`);
  const expected = app.handlers
    .filter(({ responses }) => responses)
    .flatMap(({ method, path }) => [method].flat().map((name) => `${name} ${path.replace(/:\w+(<\w+>)?|\*$/g, "{}")}`));
  expect(shapes.sort()).toEqual(expected.sort());
});

describe("with a mistake in the app", () => {
  let checkout: string;
  let good: string;
  beforeAll(async () => {
    checkout = await copyWithThings();
    good = readFileSync(join(checkout, THINGS), "utf8");
  });
  afterAll(() => rmSync(checkout, { recursive: true }));

  test.each(KINDS)("such as $name, it prints what is wrong and where, without a stack", (mistake) => {
    writeFileSync(join(checkout, THINGS), mistake.make(good));
    const { stdout, stderr, status } = run(checkout);
    expectMessage(stderr, mistake);
    expect({ stdout, status }).toEqual({ stdout: "", status: 1 });
  });

  test("such as two schemas with one id, it names the id", () => {
    const schemas = '[z.object({}).meta({ id: "Twice" }), z.string().meta({ id: "Twice" })]';
    const routes = `...${schemas}.map((body, i) => route.get(\`/api/twice/\${i}\`, { responses: { 200: body }, resolve: () => new Response() })), `;
    writeFileSync(join(checkout, THINGS), good.replace("routes: [", `routes: [${routes}`));
    const { stdout, stderr, status } = run(checkout);
    expect(stderr).toContain('Two different schemas of the API have the id "Twice". Rename one of them');
    expect({ stdout, status }).toEqual({ stdout: "", status: 1 });
  });
});

test("a flag that does not exist is refused", () => {
  const { stderr, status } = run(projectRoot, "--jsn");
  expect(stderr).toContain("--jsn");
  expect(status).toBe(1);
});
