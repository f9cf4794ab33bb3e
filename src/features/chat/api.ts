/** Chat rooms for clients: their history, and the sockets to them. */
import { requireAuth } from "../../identity/guards/require-auth.ts";
import { requireOwnOrigin } from "../../identity/guards/require-own-origin.ts";
import { limitApi } from "../../identity/limits.ts";
import { signedIn } from "../../identity/scope.ts";
import { sessionIdOf } from "../../identity/user.ts";
import { REVALIDATED } from "../../web/cache-control.ts";
import { requireUpgrade } from "../../web/guards/require-upgrade.ts";
import { invalidInput } from "../../web/problem.ts";
import { group, READ } from "../../web/scope.ts";
import { historyQuery, resumeQuery, roomParams } from "./protocol.ts";
import { roomNamed } from "./room-named.ts";
import { seatRequest } from "./seat.ts";

const { route } = signedIn;

export const chatApi = group({
  guards: [limitApi, requireAuth],
  handlers: [
    route.on(READ, "/api/rooms/:room/messages", {
      request: { params: roomParams, query: historyQuery },
      resolve: async ({ input, locals }) => {
        if (!input.ok) return invalidInput(locals, input);
        const { after = null, limit } = input.query;
        const items = await roomNamed(locals.env, input.params.room).history(after, limit);
        return Response.json({ items }, { headers: REVALIDATED });
      },
    }),

    route.on(READ, "/ws/chat/:room", {
      guards: [requireUpgrade, requireOwnOrigin],
      request: { params: roomParams, query: resumeQuery },
      resolve: ({ input, locals }) => {
        if (!input.ok) return invalidInput(locals, input);
        const { room } = input.params;
        const { id, name } = locals.user;
        const seat = { room, user: { id, name }, sessionId: sessionIdOf(locals.auth) ?? "" };
        return roomNamed(locals.env, room).fetch(seatRequest(seat, input.query.after ?? null));
      },
    }),
  ],
});
