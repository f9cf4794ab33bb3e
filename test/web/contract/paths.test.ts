/** Path templates, and the names of operations. */
import { describe, expect, test } from "vitest";
import { joinNames, operationIdOf, rename, shapeOf, templatesOf } from "../../../src/web/contract/paths.ts";

const STRING = { type: "string" };
const patterns: Record<string, [template: string, params: Record<string, object>][]> = {
  "/": [["/", {}]],
  "/api/notes": [["/api/notes", {}]],
  "/api/notes/export.csv": [["/api/notes/export.csv", {}]],
  "/api/notes/:id": [["/api/notes/{id}", { id: STRING }]],
  "/a/:id<int>": [["/a/{id}", { id: { type: "integer" } }]],
  "/a/:id<uint>": [["/a/{id}", { id: { type: "integer", minimum: 0 } }]],
  "/a/:id<uuid>/b": [["/a/{id}/b", { id: { type: "string", format: "uuid" } }]],
  "/orgs/:org/repos/:repo": [["/orgs/{org}/repos/{repo}", { org: STRING, repo: STRING }]],
  "/static/*": [["/static/{path}", { path: STRING }]],
  "/a/:id?": [
    ["/a", {}],
    ["/a/{id}", { id: STRING }],
  ],
  "/:id?": [
    ["/", {}],
    ["/{id}", { id: STRING }],
  ],
  "/a/:id<uint>?": [
    ["/a", {}],
    ["/a/{id}", { id: { type: "integer", minimum: 0 } }],
  ],
  "/a/:id(\\d+)": [["/a/{id}", { id: STRING }]],
  "/a/:name.json": [["/a/{name}.json", { name: STRING }]],
};

test.each(Object.entries(patterns))("%s has its templates", (pattern, expected) => {
  const templates = templatesOf(pattern).map(({ template, params }) => [
    template,
    Object.fromEntries(params.map(({ name, schema }) => [name, schema])),
  ]);
  expect(templates).toEqual(expected);
});

describe("templates of one shape", () => {
  const all = (...paths: string[]) => paths.flatMap(templatesOf);

  test.each([
    [["/a/:id", "/a/:id"], "/a/{id}"],
    [["/a/:id", "/a/:name"], "/a/{idOrName}"],
    [["/a/:id/b/:x", "/a/:id/b/:y", "/a/:id/b/:x"], "/a/{id}/b/{xOrY}"],
  ])("%s share the path %s", (paths, template) => {
    const same = all(...paths);
    expect(new Set(same.map(shapeOf)).size).toBe(1);
    expect(new Set(same.map((one) => rename(one, joinNames(same)).template))).toEqual(new Set([template]));
  });
});

test.each([
  ["GET", "/api/notes", "getApiNotes"],
  ["GET", "/api/notes/:id", "getApiNotesById"],
  ["GET", "/notes/:id", "getNotesById"],
  ["DELETE", "/api/orgs/:org/repos/:repo", "deleteApiOrgsByOrgReposByRepo"],
  ["GET", "/api/notes/export.csv", "getApiNotesExportCsv"],
  ["POST", "/api/auth/forgot-password", "postApiAuthForgotPassword"],
  ["GET", "/", "get"],
])("%s %s is the operation %s", (method, path, id) => {
  expect(templatesOf(path).map((template) => operationIdOf(method, template))).toEqual([id]);
});
