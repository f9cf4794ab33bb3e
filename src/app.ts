/** The app: its parts and the list of its features, from which all routes, hooks, sweeps and links are derived. */
import { assets } from "./assets/index.ts";
import { account } from "./features/account/index.ts";
import { admin } from "./features/admin/index.ts";
import { auth } from "./features/auth/index.ts";
import { chat } from "./features/chat/index.ts";
import { docs } from "./features/docs/index.ts";
import { files } from "./features/files/index.ts";
import { health } from "./features/health/index.ts";
import { home } from "./features/home/index.ts";
import { live } from "./features/live/index.ts";
import { notes } from "./features/notes/index.ts";
import { policy } from "./features/policy/index.ts";
import { styleguide } from "./features/styleguide/index.ts";
import { identity } from "./identity/index.ts";
import { limits } from "./limits/index.ts";
import { assemble } from "./web/app/assemble.ts";
import type { ApiOf, Feature } from "./web/app/feature.ts";

const features = [
  health,
  auth,
  account,
  notes,
  files,
  chat,
  live,
  admin,
  docs,
  policy,
  styleguide,
  home,
] as const satisfies readonly Feature[];

/** The operations of the API, for `client<Api>`. */
export type Api = ApiOf<(typeof features)[number]>;

const parts = [identity, limits, assets];

export const { app, facts, sweeps } = assemble({ parts, features });

/** For apps with additional features, such as the one that tests use. */
export { features, parts };
