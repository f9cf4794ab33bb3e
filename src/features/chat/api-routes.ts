/** Chat rooms for clients: message history and WebSockets. */
import { requireAuth } from "../../identity/guards/require-auth.ts";
import { requireOwnOrigin } from "../../identity/guards/require-own-origin.ts";
import { commonLimits } from "../../identity/limits.ts";
import { signedIn } from "../../identity/scope.ts";
import { forgetSocket } from "../../identity/sessions/sockets.ts";
import { sessionIdOf } from "../../identity/users/user.ts";
import { group } from "../../web/app/scope.ts";
import { describeBody, noBody } from "../../web/contract/bodies.ts";
import { requireUpgrade } from "../../web/guards/require-upgrade.ts";
import { WRITE_DEADLINE_MS, withDeadline } from "../../web/platform/transient.ts";
import { invalidInput } from "../../web/respond/problem.ts";
import { connectionRequest } from "./connection.ts";
import { limitSockets } from "./guards.ts";
import { historyQuery, messagesBody, resumeQuery, roomParams } from "./protocol.ts";
import { readHistory, roomStub } from "./room-stub.ts";

const { route } = signedIn;

export const api = group({
  guards: [...commonLimits, requireAuth],
  handlers: [
    route.get("/api/rooms/:room/messages", {
      cors: true,
      summary: "Read the messages of a chat room",
      request: { params: roomParams, query: historyQuery },
      responses: { 200: messagesBody },
      resolve: async ({ input, locals }) => {
        if (!input.ok) return invalidInput(locals, input);
        const { after = null, limit } = input.query;
        const items = await readHistory(locals.env, input.params.room, after, limit);
        return Response.json({ items });
      },
    }),

    route.get("/ws/chat/:room", {
      guards: [requireUpgrade, requireOwnOrigin, limitSockets],
      summary: "Join a chat room over a WebSocket",
      request: { params: roomParams, query: resumeQuery },
      responses: { 101: describeBody(noBody, { description: "The socket is open." }) },
      resolve: async ({ input, locals }) => {
        if (!input.ok) return invalidInput(locals, input);
        const { env, user, auth, socketId } = locals;
        const { room } = input.params;
        const connection = {
          room,
          user: { id: user.id, name: user.name },
          sessionId: sessionIdOf(auth) ?? "",
          socketId,
        };
        try {
          const joining = roomStub(env, room).fetch(connectionRequest(connection, input.query.after ?? null));
          return await withDeadline(joining, WRITE_DEADLINE_MS);
        } catch (error) {
          forgetSocket(locals, socketId);
          throw error;
        }
      },
    }),
  ],
});
