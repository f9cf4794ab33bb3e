import { expect, test } from "vitest";
import { app } from "../src/app.ts";
import { describeRoutes } from "../src/http/index.ts";
import pinned from "./routes.snap.json";

/** Routes that change state and ask nobody who they are, each with its reason. */
const UNAUTHENTICATED: Readonly<Record<string, string>> = {
  "POST /api/notes": "the notebook is shared until there are accounts",
  "PATCH /api/notes/:id": "the notebook is shared until there are accounts",
  "DELETE /api/notes/:id": "the notebook is shared until there are accounts",
  "POST /": "the notebook is shared until there are accounts",
};

const routes = describeRoutes(app.handlers);

test("the route table is the pinned one; if the change is meant: npm run --silent routes -- --json > test/routes.snap.json", () => {
  expect(routes).toEqual(pinned);
});

test("every route that changes state has a guard that authenticates, or is named with its reason", () => {
  const changing = routes.filter(({ method }) => !["GET", "HEAD", "OPTIONS"].includes(method));
  const open = changing.filter(({ guards }) => !guards.some(({ name }) => name === "requireAuth"));
  expect(open.map(({ method, path }) => `${method} ${path}`)).toEqual(Object.keys(UNAUTHENTICATED));
});
