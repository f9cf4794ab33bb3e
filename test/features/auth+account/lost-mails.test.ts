import { json, testLostMails } from "../../leaks.ts";

testLostMails(1, async (bindings, { headers }) => {
  await json("/api/me/verify-email", {}, bindings, { ...headers });
});
