/** Apps whose onRequest does not supply the locals that handlers need, and fetch calls without platform arguments. */
import { type Handler, scope, setup } from "../../../../src/http/index.ts";
import { type AppLocals, requireAuth, type User } from "../guards.ts";

const app = scope<AppLocals>();
const home = app.route.get("/", { resolve: (c) => new Response(c.locals.requestId) });
const ready = scope<{ requestId: string }>().route.get("/ready", { resolve: (c) => new Response(c.locals.requestId) });
const account = scope<{ user: User }>().route.get("/me", { resolve: (c) => new Response(c.locals.user.id) });

setup({
  // refused: NothingSupplies<"requestId">
  handlers: [ready],
});

setup({
  onResponse: ({ response }) => response,
  // refused: NothingSupplies<"requestId">
  handlers: [ready],
});

setup({
  onRequest: () => {},
  // refused: NothingSupplies<"requestId">
  handlers: [ready],
});

setup({
  onRequest: () => ({ requestId: "r1" }),
  // refused: NothingSupplies<"startedAt">
  handlers: [ready, home],
});

setup({
  onRequest: [() => ({ requestId: "r1" }), () => undefined],
  // refused: NothingSupplies<"startedAt">
  handlers: [ready, home],
});

setup({
  onRequest: ({ request }) => ({ requestId: request.url }),
  // refused: NothingSupplies<"startedAt">
  handlers: [ready, home],
});

setup({
  onRequest: async () => ({ requestId: 7 }),
  // refused: NothingSupplies<"requestId of this type">
  handlers: [ready],
});

setup({
  onRequest: (): AppLocals => ({ requestId: "r1", startedAt: 0 }),
  // refused: NothingSupplies<"user (by requireAuth)">
  handlers: [
    app.group({ guards: [requireAuth], handlers: [account] }),
    scope<{ user: User }>().group({ handlers: [account] }),
  ],
});

// refused: NothingSupplies<"requestId">
setup([ready]);

// refused: NothingSupplies<"user (by requireAuth)">
setup([[account], account]);

// refused: NothingSupplies<"user (by requireAuth)">
setup([[[[[account]]]]]);

setup({
  onRequest: () => ({ startedAt: 0 }),
  // refused: NothingSupplies<"requestId" | "user (by requireAuth)">
  handlers: [home, [home, account, [[home, ready], account]]],
});

// refused: there is no option 'onRespons'
setup({ handlers: [], onRespons: () => {} });

interface Env {
  readonly SECRET: string;
}

const worker = setup({ onRequest: (info: { env: Env }) => ({ secret: info.env.SECRET }), handlers: [] });

// refused: Expected
worker.fetch(new Request("http://localhost/"));

// refused: 'SECRET' is missing
worker.fetch(new Request("http://localhost/"), {}, undefined);

declare const unknownNeeds: readonly Handler<never>[];

// refused: NothingSupplies<"locals of unknown names">
setup({ handlers: unknownNeeds });
