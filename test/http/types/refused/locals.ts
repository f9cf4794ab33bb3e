/** Assignments to locals. They are read-only in every context: guards and onRequest supply them. */
import { type Guard, type HandlerFn, headGuard, route, scope, setup } from "../../../../src/http/index.ts";
import { requireAuth, type User } from "../guards.ts";

const app = scope<{ requestId: string }>();
const done = () => new Response();
const anyone: User = { id: "u2", role: "user" };

export const guard: Guard<{ user: User }> = (c) => {
  // refused: Cannot assign to 'user' because it is a read-only property
  c.locals.user = anyone;
  return { allow: true };
};

export const handler: HandlerFn<unknown, unknown, unknown, { user: User }> = (c) => {
  // refused: Cannot assign to 'user' because it is a read-only property
  c.locals.user = anyone;
  return done();
};

app.route.get("/base", {
  resolve: (c) => {
    // refused: Cannot assign to 'requestId' because it is a read-only property
    c.locals.requestId = "";
    return done();
  },
});

app.route.get("/added", {
  guards: [requireAuth],
  resolve: (c) => {
    // refused: Cannot assign to 'user' because it is a read-only property
    c.locals.user = anyone;
    return done();
  },
});

route.get("/unknown", {
  resolve: (c) => {
    // refused: only permits reading
    c.locals.user = anyone;
    return done();
  },
});

app.route.get("/inline", {
  guards: [
    (c) => {
      // refused: Cannot assign to 'requestId' because it is a read-only property
      c.locals.requestId = "";
      return { allow: true };
    },
  ],
  resolve: done,
});

headGuard((c) => {
  // refused: only permits reading
  c.locals.user = anyone;
  return { allow: true };
});

app.group({
  handlers: [],
  onResponse: ({ context, response }) => {
    // refused: Cannot assign to 'requestId' because it is a read-only property
    context.locals.requestId = "";
    return response;
  },
});

app.group({
  handlers: [],
  onError: ({ context }) => {
    // refused: Cannot assign to 'requestId' because it is a read-only property
    context.locals.requestId = "";
    return undefined;
  },
});

setup({
  onRequest: () => ({ requestId: "r1" }),
  handlers: [],
  notFound: (c) => {
    // refused: Cannot assign to 'requestId' because it is a read-only property
    c.locals.requestId = "";
    return done();
  },
});

route.get("/replaced", {
  resolve: (c) => {
    // refused: Cannot assign to 'locals' because it is a read-only property
    c.locals = {};
    return done();
  },
});
