/** The examples of the front page, and the tools' output for them (`npx vitest run test/integration/features/home -u`). */

/** Does not compile: `requireRole` reads the user before `requireAuth` supplies it. */
export const ROUTE = `route.delete("/api/users/:id", {
  guards: [requireRole("admin"), requireAuth, requireCsrf],
  resolve: ({ locals, params }) => deleteUser(locals.db, params.id),
}),`;

/** The output of `npx tsc`. */
export const COMPILE_ERROR = `routes.ts(2,12): error TS2322: Type 'Guard<AppLocals & SignedIn, SignedIn>' is not assignable to type 'Guard<AppLocals & SignedIn, SignedIn> & { "this guard reads a local that nothing before it supplies": "auth (by requireAuth)" | "user (by requireAuth)"; }'.
  Type 'Guard<AppLocals & SignedIn, SignedIn>' is not assignable to type '{ "this guard reads a local that nothing before it supplies": "auth (by requireAuth)" | "user (by requireAuth)"; }'.`;

/** The output of `git diff test/routes.snap.txt` without its header: the corrected route loses `requireRole`. */
export const PINNED_CHANGE = `-DELETE     /api/users/:id                -     -                requireAuth → requireRole(admin) → requireCsrf
+DELETE     /api/users/:id                -     -                requireAuth → requireCsrf`;

/** The output of `npm run routes -- --diff main` for the same change. */
export const POLICY_CHANGE = `Changes of policy since main:

WIDENS, OR MAY WIDEN
- removes requireRole(admin) from DELETE /api/users/:id

NARROWS
- nothing

NEITHER WIDENS NOR NARROWS
- nothing`;

/** The commands that start the app in a clone. */
export const START = `npm ci
npm start     # http://localhost:8787`;

/** The minimum major version of Node for these commands. */
export const NODE_VERSION = 20;
