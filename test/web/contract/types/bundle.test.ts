/** The client in a bundle for browsers, run by Node: it brings nothing of the app and needs only web APIs. */
import { join } from "node:path";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { root } from "../../../http/types/tsc.ts";

test("the client is bundled without any other part of the app, and runs outside Workers", async () => {
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ["src/web/contract/client.ts"],
    bundle: true,
    format: "esm",
    platform: "browser",
    metafile: true,
    write: false,
    outfile: join(root, "client.js"),
  });
  expect(Object.keys(metafile.inputs).sort()).toEqual([
    "src/web/contract/client-path.ts",
    "src/web/contract/client.ts",
    "src/web/contract/read-response.ts",
  ]);
  const url = `data:text/javascript,${encodeURIComponent(outputFiles[0]?.text ?? "")}`;
  const { client } = await import(/* @vite-ignore */ url);
  const api = client("http://localhost", { fetch: async (sent: string) => Response.json({ sent }) });
  const { status, body } = await api["GET /notes/:id"]({ params: { id: "a b" }, query: { q: 1 } });
  expect([status, body]).toEqual([200, { sent: "http://localhost/notes/a%20b?q=1" }]);
});
