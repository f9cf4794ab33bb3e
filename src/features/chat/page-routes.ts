/** The page of a chat room, and its form for browsers without JavaScript. */
import * as z from "zod";
import type { Env } from "../../env.ts";
import { requireAuth } from "../../identity/guards/require-auth.ts";
import { requireCsrf } from "../../identity/guards/require-csrf.ts";
import { requireCsrfToken } from "../../identity/guards/require-csrf-token.ts";
import { commonLimits } from "../../identity/limits.ts";
import { loadPageContext } from "../../identity/page-context.ts";
import { signedInPage } from "../../identity/scope.ts";
import { loadSession } from "../../identity/sessions/page-session.ts";
import { group } from "../../web/app/scope.ts";
import { requireForm } from "../../web/guards/require-form.ts";
import { htmlResponse } from "../../web/pages/html.ts";
import { partOrPage } from "../../web/pages/htmx.ts";
import { submission } from "../../web/pages/submission-field.ts";
import { WRITE_DEADLINE_MS, withDeadline } from "../../web/platform/transient.ts";
import { submittedId } from "../../web/request/submitted-id.ts";
import { refuse } from "../../web/respond/refuse.ts";
import { seeOther } from "../../web/respond/see-other.ts";
import { draftOf, MESSAGE_LABEL, roomPage } from "./pages.ts";
import { messageList } from "./partials.ts";
import { beforeQuery, type ChatMessage, type ChatUser, messageInput, roomParams } from "./protocol.ts";
import { readHistory, roomStub } from "./room-stub.ts";
import { LOBBY, listRooms, rememberRoom } from "./visited-rooms.ts";

const { route } = signedInPage;

/** The longest message, URL-encoded. */
const MAX_FORM_BYTES = 64 * 1024;

/** Forms send line ends as CRLF. */
const text = z
  .string()
  .transform((written) => written.replaceAll("\r\n", "\n"))
  .pipe(messageInput.shape.text)
  .meta({ title: MESSAGE_LABEL });
const messageForm = z.object({ submission, text });
const requireMessage = requireForm(MAX_FORM_BYTES, messageForm);

const PAGE_SIZE = 50;

/** The status and message for each reason to refuse a form. */
const FAILURES = {
  invalid: { status: 400, text: "The message is not valid." },
  "too fast": { status: 429, text: "You are sending messages too fast. Wait a second, then send it again." },
  unavailable: { status: 503, text: "The message could not be stored. Send it again." },
} as const;

type Outcome = ChatMessage | keyof typeof FAILURES;

export const pages = group({
  guards: [...commonLimits, loadSession, requireAuth],
  handlers: [
    route.get("/chat", {
      resolve: ({ raw }) => {
        const { success, data } = roomParams.safeParse(raw.query);
        return seeOther(`/chat/${success ? data.room : LOBBY}`);
      },
    }),

    route.get("/chat/:room", {
      request: { params: roomParams, query: beforeQuery },
      resolve: async (c) => {
        const { input, locals, request } = c;
        if (!input.ok) return refuse(c, 404, "There is no such room.");
        const { room } = input.params;
        const { before } = input.query;
        // Without gaps in `seq`, the messages before one are those after another.
        const after = before === undefined ? null : Math.max(0, before - 1 - PAGE_SIZE);
        const limit = before === undefined ? PAGE_SIZE : Math.min(PAGE_SIZE, Math.max(0, before - 1));
        const messages = await readHistory(locals.env, room, after, limit);
        const { session, user: me } = locals;
        return partOrPage(request, {
          part: () => messageList(room, me, messages),
          page: async () => {
            rememberRoom(session, room);
            return roomPage(await loadPageContext(c), { room, rooms: listRooms(session), me, messages });
          },
        });
      },
    }),

    route.post("/chat/:room", {
      guards: [requireCsrf, requireMessage, requireCsrfToken],
      request: { params: roomParams },
      resolve: async (c) => {
        const { input, locals } = c;
        const { env, user, session, form, parsed } = locals;
        if (!input.ok) return refuse(c, 404, "There is no such room.");
        const { room } = input.params;
        const outcome = parsed.success ? await post(env, room, user, parsed.data) : "invalid";
        if (typeof outcome === "object") {
          session.flash("done", "Your message was sent.", { savedDraft: draftOf(room) });
          return seeOther(`/chat/${room}`);
        }
        const { status, text: failure } = FAILURES[outcome];
        const error = parsed.error?.issues[0]?.message ?? failure;
        const refused = { submission: form.submission, text: form.text ?? "", error };
        const messages = await readHistory(env, room, null, PAGE_SIZE);
        rememberRoom(session, room);
        const view = { room, rooms: listRooms(session), me: user, messages, refused };
        const page = htmlResponse(roomPage(await loadPageContext(c), view), status);
        if (status !== 400) page.headers.set("Retry-After", "1");
        return page;
      },
    }),
  ],
});

/** Posts the message of a form; submitting the same text again posts nothing. */
function post(
  env: Pick<Env, "CHAT_ROOM">,
  room: string,
  { id: userId, name }: ChatUser,
  { submission, text }: z.output<typeof messageForm>,
): Promise<Outcome> {
  const id = submittedId({ kind: "message", userId, submission, content: [room, text] });
  return withDeadline<Outcome>(roomStub(env, room).post({ id: userId, name }, { id, text }), WRITE_DEADLINE_MS);
}
