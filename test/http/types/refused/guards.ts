/** Guards in the wrong order, and functions that are not guards. */
import { type Guard, headGuard, scope } from "../../../../src/http/index.ts";
import { type AppLocals, loadNote, requireAdmin, requireAuth, type User } from "../guards.ts";

const { route, group } = scope<AppLocals>();
const resolve = () => new Response();
const requireUserId: Guard<{ user: { id: number } }> = (c) =>
  c.locals.user.id > 0 ? { allow: true } : { deny: new Response() };

route.get("/too-early", {
  guards: [
    // refused: nothing before it supplies": "user (by requireAuth)"
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
    // refused: nothing before it supplies": "user (by requireAuth)"
    loadNote,
  ],
  resolve,
});

route.get("/supplied-with-another-type", {
  guards: [
    requireAuth,
    // refused: nothing before it supplies": "user of this type"
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
    // refused: nothing before it supplies": "user (by requireAuth)"
    requireAdmin,
    requireAuth,
  ],
  handlers: [],
});

// A guard that reads an optional local stands after the guard that supplies it.

const requireCsrf: Guard<Pick<AppLocals, "requestId"> & { user?: User }> = (c) =>
  c.locals.user ? { allow: true } : { deny: new Response(null, { status: 403 }) };
const onlyOptional: Guard<{ user?: User; note?: string }> = () => ({ allow: true });
const refreshUser: Guard<{ user?: User }, { user: User }> = (c) =>
  c.locals.user ? { allow: true, locals: { user: c.locals.user } } : { deny: new Response() };

route.get("/optional-too-early", {
  guards: [
    // refused: nothing before it supplies": "user (by requireAuth)"
    requireCsrf,
    requireAuth,
  ],
  resolve,
});

group({
  guards: [
    // refused: nothing before it supplies": "user (by requireAuth)"
    onlyOptional,
    requireAuth,
  ],
  handlers: [],
});

group({
  guards: [
    // refused: nothing before it supplies": "user (by requireAuth)"
    onlyOptional,
    refreshUser,
  ],
  handlers: [],
});

route.get("/optional-of-another-type", {
  guards: [
    requireAuth,
    // refused: nothing before it supplies": "user of this type"
    (async () => ({ allow: true })) as Guard<{ user?: { id: number } }>,
  ],
  resolve,
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

route.get("/nothing-in-one-branch", {
  guards: [
    // refused: this is not a guard
    (c) => {
      if (c.request.method === "GET") return { allow: true };
      return undefined;
    },
  ],
  resolve,
});

route.get("/allow-false", {
  guards: [
    // refused: this is not a guard
    (c) => ({ allow: c.request.method === "GET" }),
  ],
  resolve,
});

route.get("/another-context", {
  guards: [
    // refused: this is not a guard": "its parameter has a property that no context has"
    (c: { readonly session: string }) => (c.session ? { allow: true } : { deny: new Response() }),
  ],
  resolve,
});

route.get("/no-function", {
  guards: [
    // refused: not assignable to type 'GuardElement<AppLocals>'
    "requireAuth",
  ],
  resolve,
});

route.get("/no-list", {
  // refused: not assignable to type 'readonly GuardElement<AppLocals>[]'
  guards: requireAuth,
  resolve,
});

// refused: 'false' is not assignable to type 'true'
export const allowFalse: Guard = () => ({ allow: false });

// refused: 'boolean' is not assignable to type 'Promise<GuardResult<{}>> | GuardResult<{}>'
export const yesOrNo: Guard = (c) => c.request.method === "GET";

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
