/** Each call of each request of this feature fails once, for ever, with and without its effect. */
import { testFailures } from "../../failures.ts";
import { requests } from "./requests.ts";

testFailures(requests);
