import { sendJson } from "../../harness.ts";
import { testUnsentLinks } from "../../unsent-links.ts";

testUnsentLinks("reset", ({ user: { email } }, bindings) =>
  sendJson("POST", "/api/auth/forgot-password", { email }, {}, bindings),
);
