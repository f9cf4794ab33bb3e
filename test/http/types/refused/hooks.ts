/** Hooks that read locals which may be missing. */
import { scope, setup } from "../../../../src/http/index.ts";
import { type AppLocals, requireAuth } from "../guards.ts";

const { route, group } = scope<AppLocals>();
const resolve = () => new Response();

route.get("/", {
  // refused: 'user' does not exist
  onResponse: ({ context }) => Response.json(context.locals.user),
  resolve,
});

group({
  handlers: [],
  // refused: 'user' does not exist
  onError: ({ context }) => Response.json(context.locals.user),
});

group({
  guards: [requireAuth],
  handlers: [],
  // refused: 'user' does not exist
  onResponse: [({ context }) => Response.json(context.locals.user)],
});

setup({
  onRequest: () => ({ requestId: "r1" }),
  handlers: [],
  // refused: 'startedAt' does not exist
  onResponse: ({ context }) => Response.json(context.locals.startedAt),
});

setup({
  onRequest: () => ({ requestId: "r1" }),
  handlers: [],
  // refused: undefined
  onError: ({ context }) => new Response(context.locals.requestId.trim()),
});

setup({
  handlers: [],
  // refused: 'requestId' does not exist
  notFound: (c) => new Response(c.locals.requestId),
});

setup({
  handlers: [],
  // refused: not assignable
  onResponse: () => "text",
});
