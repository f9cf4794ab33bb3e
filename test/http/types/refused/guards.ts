/** Guards in the wrong order, and functions that are not guards. */
import { type Guard, headGuard, scope } from "../../../../src/http/index.ts";
import { type AppLocals, loadNote, requireAdmin, requireAuth, type User } from "../guards.ts";

const { route, group } = scope<AppLocals>();
const resolve = () => new Response();
const requireUserId: Guard<{ user: { id: number } }> = (c) =>
  c.locals.user.id > 0 ? { allow: true } : { deny: new Response() };

route.get("/too-early", {
  guards: [
    // refused: nothing before it supplies": "user"
    requireAdmin,
    requireAuth,
  ],
  resolve,
});

route.get("/too-early-later-in-the-list", {
  guards: [
    requireAuth,
    // refused: nothing before it supplies": "tenant"
    (async () => ({ allow: true })) as Guard<{ tenant: string }>,
    (async () => ({ allow: true, locals: { tenant: "t" } })) as Guard<{}, { tenant: string }>,
  ],
  resolve,
});

route.get("/never-supplied", {
  guards: [
    // refused: nothing before it supplies": "user"
    loadNote,
  ],
  resolve,
});

route.get("/supplied-with-another-type", {
  guards: [
    requireAuth,
    // refused: nothing before it supplies": "user"
    requireUserId,
  ],
  resolve,
});

scope<{ user: User }>().route.get("/only-one-of-two-needs", {
  guards: [
    // refused: nothing before it supplies": "requestId"
    loadNote,
  ],
  resolve,
});

group({
  guards: [
    // refused: nothing before it supplies": "user"
    requireAdmin,
    requireAuth,
  ],
  handlers: [],
});

route.get("/neither-allow-nor-deny", {
  guards: [
    // refused: this is not a guard
    () => true,
  ],
  resolve,
});

route.get("/nothing-at-all", {
  guards: [
    // refused: this is not a guard
    async () => {},
  ],
  resolve,
});

// refused: 'locals' is missing
export const withoutLocals: Guard<{}, { user: User }> = () => ({ allow: true });

// refused: 'role' is missing
export const userWithoutRole: Guard<{}, { user: User }> = () => ({ allow: true, locals: { user: { id: "u1" } } });

// refused: 'input' does not exist
headGuard((c) => (c.input.ok ? { allow: true } : { deny: new Response() }));

// refused: 'body' does not exist
headGuard((c) => ({ allow: true, locals: { body: c.body } }));

// refused: not assignable
headGuard(() => true);
