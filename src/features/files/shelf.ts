/** The page of one's files: the list, uploads by form, removal. */
import type { AppLocals } from "../../env.ts";
import { requireAuth } from "../../identity/guards/require-auth.ts";
import { requireCsrf } from "../../identity/guards/require-csrf.ts";
import { requireCsrfToken } from "../../identity/guards/require-csrf-token.ts";
import { commonLimits } from "../../identity/limits.ts";
import { loadSession, type SessionLocals, saveSession } from "../../identity/page-session.ts";
import { signedInPage } from "../../identity/scope.ts";
import type { SignedIn } from "../../identity/user.ts";
import { visitorOf } from "../../identity/visitor.ts";
import { quotaMessage } from "../../limits/quotas.ts";
import { BodyError } from "../../web/body.ts";
import { requireDeclaredLength } from "../../web/guards/require-declared-length.ts";
import { requireButton } from "../../web/guards/require-form.ts";
import { requireMultipart } from "../../web/guards/require-multipart.ts";
import { htmlPart, htmlResponse } from "../../web/html.ts";
import { isHtmx } from "../../web/htmx.ts";
import { type PageQuery, pageQuery } from "../../web/paging.ts";
import { refuse } from "../../web/refuse.ts";
import { group, READ } from "../../web/scope.ts";
import { seeOther } from "../../web/see-other.ts";
import { pageOfFiles, receive, remove } from "./actions.ts";
import { requireFileQuotas, requireOwnFile } from "./guards.ts";
import { filesOfForm } from "./incoming.ts";
import { fileItem, filesPage, removedPart } from "./pages.ts";
import { type File, MAX_PARTS, MAX_REQUEST_BYTES, toFile } from "./schema.ts";

const { route } = signedInPage;

export const shelf = group({
  guards: [...commonLimits, loadSession, requireAuth],
  onResponse: saveSession,
  handlers: [
    route.on(READ, "/files", {
      request: { query: pageQuery },
      resolve: async (c) => {
        const { input } = c;
        if (!input.ok) return refuse(c, 400, input.issues.map(({ message }) => message).join(". "));
        return showFiles(c, input.query);
      },
    }),

    route.post("/files", {
      guards: [
        requireCsrf,
        requireDeclaredLength(MAX_REQUEST_BYTES),
        requireFileQuotas,
        requireMultipart(MAX_REQUEST_BYTES, MAX_PARTS),
        requireCsrfToken,
      ],
      resolve: async (c) => {
        const received = await receive(c.locals, filesOfForm(c.locals.parts));
        if (received instanceof BodyError) return showFiles(c, pageQuery.parse({}), received);
        if (typeof received === "string") {
          return showFiles(c, pageQuery.parse({}), { status: 422, message: quotaMessage(received) });
        }
        c.locals.session.flash("done", uploaded(received));
        return seeOther("/files");
      },
    }),

    route.on(READ, "/files/:id/row", {
      guards: [requireOwnFile],
      resolve: ({ locals: { file, session } }) => htmlPart(fileItem(toFile(file), session.csrf)),
    }),

    route.post("/files/:id/delete", {
      guards: [requireCsrf, requireOwnFile, requireButton, requireCsrfToken],
      resolve: async ({ request, locals }) => {
        await remove(locals);
        const { file, session } = locals;
        const text = `“${file.name}” is deleted.`;
        const isPart = isHtmx(request);
        if (!isPart) session.flash("done", text);
        const response = isPart ? htmlPart(removedPart({ kind: "done", text }, session.csrf)) : seeOther("/files");
        response.headers.append("Vary", "HX-Request");
        return response;
      },
    }),
  ],
});

/** @param error What was wrong with an upload. */
async function showFiles(
  c: { readonly request: Request; readonly locals: AppLocals & SessionLocals & SignedIn },
  query: PageQuery,
  error?: { readonly status: number; readonly message: string },
): Promise<Response> {
  const [visitor, files] = [await visitorOf(c), await pageOfFiles(c.locals, query)];
  return htmlResponse(filesPage(visitor, { files, cursor: query.cursor }, error?.message), error?.status);
}

function uploaded(files: readonly File[]): string {
  return files.length === 1 ? `“${files[0]?.name}” is uploaded.` : `${files.length} files are uploaded.`;
}
