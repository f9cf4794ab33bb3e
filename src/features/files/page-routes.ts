/** The page of one's files: the list, uploads by form, removal. */
import type { AppLocals } from "../../env.ts";
import { requireAuth } from "../../identity/guards/require-auth.ts";
import { requireCsrf } from "../../identity/guards/require-csrf.ts";
import { requireCsrfToken } from "../../identity/guards/require-csrf-token.ts";
import { commonLimits } from "../../identity/limits.ts";
import { loadPageContext } from "../../identity/page-context.ts";
import { signedInPage } from "../../identity/scope.ts";
import { loadSession, type SessionLocals, saveSession } from "../../identity/sessions/page-session.ts";
import type { SignedIn } from "../../identity/users/user.ts";
import { quotaMessage } from "../../limits/quotas.ts";
import { group, READ } from "../../web/app/scope.ts";
import { requireButton } from "../../web/guards/require-form.ts";
import { htmlPart, htmlResponse } from "../../web/pages/html.ts";
import { isHtmx } from "../../web/pages/htmx.ts";
import { BodyError } from "../../web/request/body.ts";
import { type PageQuery, pageQuery } from "../../web/request/paging.ts";
import { refuse } from "../../web/respond/refuse.ts";
import { seeOther } from "../../web/respond/see-other.ts";
import { requireFileQuotas, requireOwnFile } from "./guards.ts";
import { fileItem, filesPage, removedPart } from "./pages.ts";
import { requireDeclaredLength } from "./require-declared-length.ts";
import { requireMultipart } from "./require-multipart.ts";
import { type File, MAX_PARTS, MAX_REQUEST_BYTES, toFile } from "./schema.ts";
import { filesOfForm } from "./upload-source.ts";
import { pageOfFiles, receive, remove } from "./user-files.ts";

const { route } = signedInPage;

export const pages = group({
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
  const [context, files] = [await loadPageContext(c), await pageOfFiles(c.locals, query)];
  return htmlResponse(filesPage(context, { files, cursor: query.cursor }, error?.message), error?.status);
}

function uploaded(files: readonly File[]): string {
  return files.length === 1 ? `“${files[0]?.name}” is uploaded.` : `${files.length} files are uploaded.`;
}
