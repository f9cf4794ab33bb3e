/** `feature` refuses routes that need a local that nothing supplies. `tsc` checks this file; nothing runs it. */
import { requireAuth } from "../../../src/identity/guards/require-auth.ts";
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

// @ts-expect-error: a route is no function.
feature({ name: "function", routes: [() => new Response()] });

// @ts-expect-error: the page has no path.
feature({ name: "page", routes: [open], page: { label: "Open", for: "anyone" } });
