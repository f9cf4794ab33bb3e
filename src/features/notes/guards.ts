/** Require that a note is the user's own. */
import type { AppLocals } from "../../env.ts";
import type { HeadContext } from "../../http/index.ts";
import { requireOwnership } from "../../identity/guards/require-ownership.ts";
import type { SignedIn } from "../../identity/users/user.ts";
import { getNote } from "./store.ts";
import { findOwner } from "./trash.ts";

type NoteContext = HeadContext<AppLocals & SignedIn>;

/** Supplies `note`. */
export const requireOwnNote = requireOwnership(async ({ raw, locals }: NoteContext) => {
  const note = await getNote(locals.env.DB, raw.params.id ?? "");
  return note && { ownerId: note.ownerId, locals: { note } };
});

/** Lets one that was deleted pass as well. */
export const requireOnceOwnNote = requireOwnership(async ({ raw, locals }: NoteContext) => {
  const ownerId = await findOwner(locals.env.DB, raw.params.id ?? "");
  return ownerId === null ? null : { ownerId, locals: {} };
});
