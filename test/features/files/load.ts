/** Files under load: uploads of 10 to 100 kB, and their downloads. */
import { createHash, randomInt, randomUUID } from "node:crypto";
import { keep, pick } from "../../bench/load/accounts.ts";
import type { FeatureLoad } from "../../bench/load/types.ts";

const FILES = "files";

export const load: FeatureLoad = {
  requests: [
    {
      kind: "read",
      name: "GET /api/files",
      status: 200,
      make: ({ bearer }) => ({ path: "/api/files", headers: bearer }),
    },
    {
      kind: "read",
      name: "GET /files/:id",
      status: 200,
      make: (account) => {
        const file = pick(account, FILES);
        return file && { path: `/files/${file.id}`, headers: account.bearer };
      },
    },
    {
      kind: "upload",
      name: "PUT /api/files/:name",
      status: 201,
      make: (account) => {
        const body = `${randomUUID()} `.repeat(randomInt(270, 2700));
        return {
          method: "PUT",
          path: "/api/files/load.txt",
          headers: account.bearer,
          body,
          onResponse: (response) => {
            const { id }: { readonly id: string } = JSON.parse(response.body.toString());
            keep(account, FILES, { id });
            return { path: `/files/${id}`, status: 200, sha256: createHash("sha256").update(body).digest("hex") };
          },
        };
      },
    },
    {
      kind: "page",
      name: "GET /files",
      status: 200,
      make: ({ browser }) => ({ path: "/files", headers: browser }),
    },
  ],

  findFaults: async ({ strings, objectKeys }) => {
    const [stored, used, pending] = [
      await objectKeys("FILES"),
      new Set(await strings("SELECT object_key FROM files")),
      new Set(await strings("SELECT object_key FROM pending_objects")),
    ];
    const objects = new Set(stored);
    return {
      "objects without a file or a pending row": stored.filter((key) => !used.has(key) && !pending.has(key)).length,
      "files without an object": [...used].filter((key) => !objects.has(key)).length,
    };
  },
};
