import { auth } from "../../../src/features/auth/index.ts";
import { testCsrf } from "../../csrf.ts";
import { PASSWORD } from "../../harness.ts";

// What some of these are sent is wrong; that they say so shows that the request got through.
testCsrf(auth, {
  "POST /api/auth/logout": {},
  "POST /login": { fields: { email: "nobody@example.com", password: PASSWORD }, statuses: [401] },
  "POST /register": {
    fields: { email: "nobody@example.com", name: "Nobody", password: PASSWORD },
    statuses: [303, 409],
  },
  "POST /logout": {},
  "POST /forgot-password": { fields: { email: "nobody@example.com" } },
  "POST /reset-password": { fields: { token: "x", password: PASSWORD }, statuses: [422] },
  "POST /verify-email": { fields: { token: "x" } },
});
