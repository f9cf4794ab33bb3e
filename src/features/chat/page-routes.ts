/** The page of a chat room, and its form for browsers without JavaScript. */
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
import { WRITE_DEADLINE_MS, withDeadline } from "../../web/platform/transient.ts";
import { refuse } from "../../web/respond/refuse.ts";
import { seeOther } from "../../web/respond/see-other.ts";
import { roomPage } from "./pages.ts";
import { messageList } from "./partials.ts";
import { beforeQuery, type ChatMessage, messageInput, roomParams } from "./protocol.ts";
import { readHistory, roomStub } from "./room-stub.ts";

const { route } = signedInPage;

/** The default room. */
const LOBBY = "lobby";

/** The longest message, URL-encoded. */
const MAX_FORM_BYTES = 64 * 1024;

const requireMessage = requireForm(MAX_FORM_BYTES, messageInput);

const PAGE_SIZE = 50;

/** The status and message for each reason to refuse a form. */
const FAILURES = {
  invalid: { status: 400, text: "The message is not valid." },
  "too fast": { status: 429, text: "You are sending messages too fast. Wait a second, then send it again." },
  unavailable: { status: 503, text: "The message could not be stored. Send it again." },
} as const;

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
        const draft = { id: crypto.randomUUID(), text: "" };
        return partOrPage(request, {
          part: () => messageList(room, locals.user, messages),
          page: async () => roomPage(await loadPageContext(c), { room, me: locals.user, messages, draft }),
        });
      },
    }),

    route.post("/chat/:room", {
      guards: [requireCsrf, requireMessage, requireCsrfToken],
      request: { params: roomParams },
      resolve: async (c) => {
        const { input, locals } = c;
        const { env, user, form, parsed } = locals;
        if (!input.ok) return refuse(c, 404, "There is no such room.");
        const { room } = input.params;
        const author = { id: user.id, name: user.name };
        const outcome = parsed.success
          ? await withDeadline<ChatMessage | keyof typeof FAILURES>(
              roomStub(env, room).post(author, parsed.data),
              WRITE_DEADLINE_MS,
            )
          : "invalid";
        if (typeof outcome === "object") return seeOther(`/chat/${room}`);
        const { status, text: failure } = FAILURES[outcome];
        const error = parsed.success ? failure : parsed.error.issues[0]?.message;
        const { id = "", text = "" } = form;
        const messages = await readHistory(env, room, null, PAGE_SIZE);
        const draft = { id: id || crypto.randomUUID(), text, error: error ?? failure };
        const page = htmlResponse(roomPage(await loadPageContext(c), { room, me: user, messages, draft }), status);
        if (status !== 400) page.headers.set("Retry-After", "1");
        return page;
      },
    }),
  ],
});
