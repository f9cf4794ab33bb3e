/** The guards and locals that the type tests share. */
import type { Guard } from "../../../src/http/index.ts";

declare module "../../../src/http/index.ts" {
  interface SuppliedBy {
    user: "user (by requireAuth)";
  }
}

export interface User {
  readonly id: string;
  readonly role: "user" | "admin";
}

export interface Note {
  readonly id: string;
  readonly owner: string;
}

/** The locals that `onRequest` supplies. An interface, as an app would write it. */
export interface AppLocals {
  readonly requestId: string;
  readonly startedAt: number;
}

export const user: User = { id: "u1", role: "admin" };

export const requireAuth: Guard<{}, { user: User }> = () => ({ allow: true, locals: { user } });

export const requireAdmin: Guard<{ user: User }> = (c) =>
  c.locals.user.role === "admin" ? { allow: true } : { deny: new Response(null, { status: 403 }) };

export const loadNote: Guard<{ user: User; requestId: string }, { note: Note }> = async (c) => ({
  allow: true,
  locals: { note: { id: c.locals.requestId, owner: c.locals.user.id } },
});
