/** URLs: encoded, unnormalized and unusual paths. */
import assert from "node:assert/strict";
import { bodiesOf, createPatternApp } from "./probes.ts";
import { rawRequest, read } from "./request.ts";

const NONE = "Not Found";

export const cases: Record<string, () => void | Promise<void>> = {
  "a literal matches its percent-encoded form": async () => {
    assert.deepEqual(
      await bodiesOf(createPatternApp("/café", "/a b"), ["/café", "/caf%C3%A9", "/a b", "/a%20b", "/caf%c3%a9"]),
      ["/café", "/café", "/a b", "/a b", NONE],
    );
    assert.deepEqual(await bodiesOf(createPatternApp("/caf%C3%A9"), ["/café", "/caf%C3%A9"]), [
      "/caf%C3%A9",
      "/caf%C3%A9",
    ]);
    assert.deepEqual(await bodiesOf(createPatternApp("/a"), ["/%61"]), [NONE]);
  },

  "an encoded slash is not a separator": async () => {
    assert.deepEqual(await bodiesOf(createPatternApp("/a/b", "/:x"), ["/a%2Fb"]), ["/:x"]);
  },

  "dot segments, even encoded ones, are resolved before matching, whether or not the URL was normalized": async () => {
    const app = createPatternApp("/admin", "/public/*");
    const paths = ["/public/../admin", "/public/%2e%2e/admin", "/./admin", "/public/x/.%2E/../../admin", "\\admin"];
    for (const path of paths) {
      assert.equal(await read(app, path), "/admin", path);
      assert.equal(await (await app.fetch(rawRequest(`http://localhost${path}`))).text(), "/admin", path);
    }
    assert.equal(await read(app, "/public/..x"), "/public/*");
  },

  "the path is found in any URL": async () => {
    const app = createPatternApp("/", "/a");
    for (const url of [
      "http://localhost",
      "http://localhost?q=1",
      "http://localhost#/a",
      "https://user:pass@localhost:8443/?/a",
    ]) {
      assert.equal(await (await app.fetch(rawRequest(url))).text(), "/", url);
    }
    assert.equal(await (await app.fetch(rawRequest("https://[::1]:80/a?u=http://x/y"))).text(), "/a");
    assert.equal(await (await app.fetch(rawRequest("http://localhost/a\t"))).text(), "/a");
  },

  "no path can match the marks that stand for parameters inside the router": async () => {
    const app = createPatternApp("/:n<int>", "/:x(\\d+)/a", "/b/*");
    for (const path of ["/ int", "/ uint", "/ any", "/%20int", "/:n", "/:n<int>", "/ any/a", "/b *", "/*", "/ *"]) {
      assert.equal(await (await app.fetch(rawRequest(`http://localhost${path}`))).text(), NONE, path);
    }
  },
};
