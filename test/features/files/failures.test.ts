/** Each call of each request of this feature fails once, for ever, with and without its effect. */
import { testFailures } from "../../failures.ts";
import { requests } from "./requests.ts";

// An object whose upload failed stays until the sweep, since a write without a response may still take effect.
testFailures(requests, { swept: ["pending_objects", "FILES"] });
