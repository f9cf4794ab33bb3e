/** Groups whose guards do not supply the locals that their handlers need. */
import { type Guard, group, scope } from "../../../../src/http/index.ts";
import { type AppLocals, loadNote, type Note, requireAuth, type User } from "../guards.ts";

const app = scope<AppLocals>();
const signedIn = scope<AppLocals & { user: User }>();
const withNote = scope<AppLocals & { user: User; note: Note }>();
const account = signedIn.route.get("/account", { resolve: (c) => new Response(c.locals.user.id) });
const note = withNote.route.get("/note", { resolve: (c) => new Response(c.locals.note.id) });
const requireNumber: Guard<{}, { user: number }> = () => ({ allow: true, locals: { user: 1 } });

app.group({
  handlers: [
    // refused: Property 'user' is missing
    account,
  ],
});

app.group({
  guards: [requireAuth],
  handlers: [
    account,
    // refused: Property 'note' is missing
    note,
  ],
});

app.group({
  guards: [requireNumber],
  handlers: [
    // refused: property 'user' are incompatible
    account,
  ],
});

app.group({
  guards: [requireAuth],
  handlers: [
    signedIn.group({ guards: [loadNote], handlers: [note] }),
    // refused: Property 'note' is missing
    withNote.group({ handlers: [note] }),
  ],
});

app.group({
  handlers: [
    // refused: Property 'user' is missing
    signedIn.group({ guards: [loadNote], handlers: [note] }),
  ],
});

signedIn.group({
  handlers: [
    // refused: Property 'note' is missing
    [account, note],
  ],
});

group({
  guards: [requireAuth],
  handlers: [
    // refused: Property 'requestId' is missing
    scope<{ requestId: string; user: User }>().route.get("/bare", { resolve: () => new Response() }),
  ],
});

export const inPlaceGroup = signedIn.group({
  guards: [(c) => ({ allow: true, locals: { other: c.locals.requestId } })],
  handlers: [
    // refused: Property 'note' is missing
    note,
  ],
});
