/** The makers of routes and groups whose handlers read the app's locals. */
import type { AppLocals } from "../../env.ts";
import { scope } from "../../http/index.ts";

export const { route, group } = scope<AppLocals>();

/** The methods of what is only read: HEAD wherever GET is. */
export const READ = ["GET", "HEAD"] as const;
