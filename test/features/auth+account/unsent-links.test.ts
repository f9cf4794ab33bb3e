import { send } from "../../harness.ts";
import { testUnsentLinks } from "../../unsent-links.ts";

testUnsentLinks("verify", ({ headers }, bindings) =>
  send("/api/me/verify-email", { method: "POST", headers }, bindings),
);
