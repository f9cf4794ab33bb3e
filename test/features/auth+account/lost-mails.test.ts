import { collectTold, json, testLostMails } from "../../leaks.ts";

collectTold();

testLostMails(1, async (bindings, { headers }) => {
  await json("/api/me/verify-email", {}, bindings, { ...headers });
});
