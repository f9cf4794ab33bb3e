/** One's own account: its JSON API. */
export { api as account } from "./api.ts";
