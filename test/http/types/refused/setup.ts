/** Apps whose onRequest does not supply the locals that handlers need, and fetch calls without platform arguments. */
import { scope, setup } from "../../../../src/http/index.ts";
import { type AppLocals, requireAuth, type User } from "../guards.ts";

const app = scope<AppLocals>();
const home = app.route.get("/", { resolve: (c) => new Response(c.locals.requestId) });
const ready = scope<{ requestId: string }>().route.get("/ready", { resolve: (c) => new Response(c.locals.requestId) });
const account = scope<{ user: User }>().route.get("/me", { resolve: (c) => new Response(c.locals.user.id) });

setup({
  handlers: [
    // refused: Property 'requestId' is missing
    ready,
  ],
});

setup({
  onResponse: ({ response }) => response,
  handlers: [
    // refused: Property 'requestId' is missing
    ready,
  ],
});

setup({
  onRequest: () => {},
  handlers: [
    // refused: Property 'requestId' is missing
    ready,
  ],
});

setup({
  onRequest: () => ({ requestId: "r1" }),
  handlers: [
    ready,
    // refused: Property 'startedAt' is missing
    home,
  ],
});

setup({
  onRequest: [() => ({ requestId: "r1" }), () => undefined],
  handlers: [
    ready,
    // refused: Property 'startedAt' is missing
    home,
  ],
});

setup({
  onRequest: ({ request }) => ({ requestId: request.url }),
  handlers: [
    ready,
    // refused: Property 'startedAt' is missing
    home,
  ],
});

setup({
  onRequest: async () => ({ requestId: 7 }),
  handlers: [
    // refused: property 'requestId' are incompatible
    ready,
  ],
});

setup({
  onRequest: (): AppLocals => ({ requestId: "r1", startedAt: 0 }),
  handlers: [
    app.group({ guards: [requireAuth], handlers: [account] }),
    // refused: Property 'user' is missing
    scope<{ user: User }>().group({ handlers: [account] }),
  ],
});

setup([
  // refused: 'requestId' is missing
  ready,
]);

setup([
  // refused: 'user' is missing
  [account],
]);

// refused: onRespons
setup({ handlers: [], onRespons: () => {} });

interface Env {
  readonly SECRET: string;
}

const worker = setup({ onRequest: (info: { env: Env }) => ({ secret: info.env.SECRET }), handlers: [] });

// refused: Expected
worker.fetch(new Request("http://localhost/"));

// refused: 'SECRET' is missing
worker.fetch(new Request("http://localhost/"), {}, undefined);
