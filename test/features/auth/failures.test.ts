/** Each call of each request of this feature fails once, for ever, with and without its effect. */
import { testFailures } from "../../failures.ts";
import { requests } from "./requests.ts";

// If the account was created and the session was not, a retry says that the account exists, and its user signs in.
testFailures(requests, { mayMiss: { "POST /register": ["sessions"] } });
