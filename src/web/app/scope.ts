/** `route` and `group` for handlers that read the app's locals. */
import type { AppLocals } from "../../env.ts";
import { scope } from "../../http/index.ts";

export const { route, group } = scope<AppLocals>();
