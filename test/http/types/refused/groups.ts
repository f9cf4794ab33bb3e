/** Groups whose guards do not supply the locals that their handlers need. */
import { type Guard, group, scope } from "../../../../src/http/index.ts";
import { type AppLocals, loadNote, type Note, requireAuth, type User } from "../guards.ts";

const app = scope<AppLocals>();
const signedIn = scope<AppLocals & { user: User }>();
const withNote = scope<AppLocals & { user: User; note: Note }>();
const account = signedIn.route.get("/account", { resolve: (c) => new Response(c.locals.user.id) });
const note = withNote.route.get("/note", { resolve: (c) => new Response(c.locals.note.id) });
const bare = group({ handlers: [] });
const requireNumber: Guard<{}, { user: number }> = () => ({ allow: true, locals: { user: 1 } });

app.group({
  // refused: NothingSupplies<"user (by requireAuth)">
  handlers: [account],
});

app.group({
  guards: [],
  // refused: NothingSupplies<"user (by requireAuth)">
  handlers: [account, bare, account, signedIn.group({ handlers: [account] })],
});

app.group({
  // refused: NothingSupplies<"note" | "user (by requireAuth)">
  handlers: [note, account],
});

app.group({
  guards: [requireAuth],
  // refused: NothingSupplies<"note">
  handlers: [account, note],
});

app.group({
  guards: [requireNumber],
  // refused: NothingSupplies<"user of this type">
  handlers: [account],
});

app.group({
  guards: [requireAuth],
  // refused: NothingSupplies<"note">
  handlers: [signedIn.group({ guards: [loadNote], handlers: [note] }), withNote.group({ handlers: [note] })],
});

app.group({
  // refused: NothingSupplies<"user (by requireAuth)">
  handlers: [signedIn.group({ guards: [loadNote], handlers: [note] })],
});

signedIn.group({
  // refused: NothingSupplies<"note">
  handlers: [[account, note]],
});

signedIn.group({
  // refused: NothingSupplies<"note">
  handlers: [account, [account, [account, [[note], account]]]],
});

group({
  guards: [requireAuth],
  // refused: NothingSupplies<"requestId">
  handlers: [scope<{ requestId: string; user: User }>().route.get("/bare", { resolve: () => new Response() })],
});

export const inPlaceGroup = signedIn.group({
  guards: [(c) => ({ allow: true, locals: { other: c.locals.requestId } })],
  // refused: NothingSupplies<"note">
  handlers: [note],
});

app.group({
  handlers: [
    // refused: '() => Response' is not assignable to type 'HandlerEntry<never>'
    () => new Response(),
  ],
});

// refused: there is no option 'guard'
app.group({ guard: [requireAuth], handlers: [] });
