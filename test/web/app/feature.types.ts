/** `feature` refuses routes that need a local that nothing supplies. `tsc` checks this file; nothing runs it. */
import type { AppLocals } from "../../../src/env.ts";
import type { CheckHandlers } from "../../../src/http/index.ts";
import { requireAuth } from "../../../src/identity/guards/require-auth.ts";
import { requireCsrf } from "../../../src/identity/guards/require-csrf.ts";
import { signedIn } from "../../../src/identity/scope.ts";
import { feature } from "../../../src/web/app/feature.ts";
import { group, route } from "../../../src/web/app/scope.ts";

const open = route.get("/open", { resolve: ({ locals }) => new Response(locals.requestId) });
const needsUser = signedIn.route.get("/mine", { resolve: ({ locals }) => new Response(locals.user.name) });
const guarded = group({ guards: [requireAuth], handlers: [needsUser] });

feature({ name: "supplied", routes: [open, ...guarded] });
feature({ name: "empty", routes: [] });

// @ts-expect-error: no guard supplies `user` and `auth`.
feature({ name: "unsupplied", routes: [needsUser] });

// @ts-expect-error: one such route among others.
feature({ name: "mixed", routes: [open, ...guarded, needsUser] });

/** Compiles only if the error names the guard that supplies the local. */
type MissingLocals = CheckHandlers<readonly (typeof needsUser)[], AppLocals>;
export const missing: MissingLocals[] = ["user (by requireAuth)", "auth (by requireAuth)"];

// @ts-expect-error: `requireCsrf` reads the user that `requireAuth` supplies.
group({ guards: [requireCsrf, requireAuth], handlers: [] });
group({ guards: [requireAuth, requireCsrf], handlers: [needsUser] });
group({ guards: [requireCsrf], handlers: [open] });

// @ts-expect-error: a route is no function.
feature({ name: "function", routes: [() => new Response()] });

// @ts-expect-error: the page has no path.
feature({ name: "page", routes: [open], page: { label: "Open", for: "anyone" } });
