/** Guards that require the user to own the note. */
import type { AppLocals } from "../../env.ts";
import type { HeadContext } from "../../http/index.ts";
import { requireOwnership } from "../../identity/guards/require-ownership.ts";
import type { SignedIn } from "../../identity/users/user.ts";
import { pathId } from "../../web/request/uuid.ts";
import { getNote } from "./store.ts";
import { findOwner } from "./trash-store.ts";

declare module "../../http/index.ts" {
  interface SuppliedBy {
    note: "note (by requireOwnNote)";
  }
}

type NoteContext = HeadContext<AppLocals & SignedIn>;

/** Supplies `note`. */
export const requireOwnNote = requireOwnership(async (c: NoteContext) => {
  const note = await getNote(c.locals.db, pathId(c));
  return note && { ownerId: note.ownerId, locals: { note } };
});

/** Accepts a deleted note as well. */
export const requireOwnNoteOrDeleted = requireOwnership(async (c: NoteContext) => {
  const ownerId = await findOwner(c.locals.db, pathId(c));
  return ownerId === null ? null : { ownerId, locals: {} };
});
