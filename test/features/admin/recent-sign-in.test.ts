/** What administrators change, once they have given their password a moment ago. */
import { admin } from "../../../src/features/admin/index.ts";
import { send, sendJson } from "../../harness.ts";
import { other, testRecentSignIn, useStandingClock } from "../../recent-sign-in.ts";

useStandingClock();

testRecentSignIn(admin, {
  "PATCH /api/admin/users/:id": {
    send: (headers) => sendJson("PATCH", `/api/admin/users/${other.user.id}`, { role: "admin" }, headers),
    status: 200,
  },
  "DELETE /api/admin/users/:id": {
    send: (headers) => send(`/api/admin/users/${other.user.id}`, { method: "DELETE", headers }),
    status: 204,
  },
});
