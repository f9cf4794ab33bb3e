/** Each call of each request for an asset fails once, for ever, with and without its effect. */
import { testFailures } from "../failures.ts";
import { requests } from "./requests.ts";

testFailures(requests);
