import { files } from "../../../src/features/files/index.ts";
import { testCsrf } from "../../csrf.ts";
import { type Account, send } from "../../harness.ts";

async function make({ headers }: Account): Promise<string> {
  const response = await send("/api/files/f.txt", { method: "PUT", headers, body: "file" });
  return (await response.json<{ id: string }>()).id;
}

testCsrf(files, {
  "POST /api/files": { isUpload: true },
  "PUT /api/files/:name": {},
  "DELETE /api/files/:id": { make },
  "POST /files": { isUpload: true, fields: { submission: crypto.randomUUID() } },
  "POST /files/:id/delete": { make },
});
