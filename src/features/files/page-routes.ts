/** The page of a user's files: the list, uploads by form, deletion. */
import type { AppLocals } from "../../env.ts";
import { requireAuth } from "../../identity/guards/require-auth.ts";
import { requireCsrf } from "../../identity/guards/require-csrf.ts";
import { requireCsrfToken } from "../../identity/guards/require-csrf-token.ts";
import { commonLimits } from "../../identity/limits.ts";
import { loadPageContext } from "../../identity/page-context.ts";
import { signedInPage } from "../../identity/scope.ts";
import { loadSession, type SessionLocals } from "../../identity/sessions/page-session.ts";
import type { SignedIn } from "../../identity/users/user.ts";
import { group } from "../../web/app/scope.ts";
import { requireButton } from "../../web/guards/require-form.ts";
import { htmlPart, htmlResponse } from "../../web/pages/html.ts";
import { isHtmx } from "../../web/pages/htmx.ts";
import { type PageQuery, pageQuery } from "../../web/request/paging.ts";
import { refuse } from "../../web/respond/refuse.ts";
import { seeOther } from "../../web/respond/see-other.ts";
import { BodyError } from "./body.ts";
import { requireDeclaredLength, requireFileQuotas, requireMultipart, requireOwnFile } from "./guards.ts";
import { filesPage } from "./pages.ts";
import { deletedMessage, fileItem } from "./partials.ts";
import { removeFile } from "./remove-file.ts";
import { type File, MAX_PARTS, MAX_REQUEST_BYTES, toFile } from "./schema.ts";
import { listFiles } from "./store.ts";
import { storeUpload } from "./store-upload.ts";
import { uploadsFromForm } from "./upload-source.ts";

const { route } = signedInPage;

export const pages = group({
  guards: [...commonLimits, loadSession, requireAuth],
  handlers: [
    route.get("/files", {
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
        const stored = await storeUpload(c.locals, uploadsFromForm(c.locals.parts));
        if (stored instanceof BodyError) return showFiles(c, pageQuery.parse({}), stored);
        if (!Array.isArray(stored)) return showFiles(c, pageQuery.parse({}), { status: 422, message: stored.refusal });
        c.locals.session.flash("done", successText(stored));
        return seeOther("/files");
      },
    }),

    route.get("/files/:id/row", {
      guards: [requireOwnFile],
      resolve: ({ locals: { file, session } }) => htmlPart(fileItem(toFile(file), session.csrf)),
    }),

    route.post("/files/:id/delete", {
      guards: [requireCsrf, requireOwnFile, requireButton, requireCsrfToken],
      resolve: async ({ request, locals }) => {
        await removeFile(locals);
        const { file, session } = locals;
        const text = `“${file.name}” was deleted.`;
        const isPart = isHtmx(request);
        if (!isPart) session.flash("done", text);
        const response = isPart ? htmlPart(deletedMessage({ kind: "done", text }, session.csrf)) : seeOther("/files");
        response.headers.append("Vary", "HX-Request");
        return response;
      },
    }),
  ],
});

/** @param error The status and the message of a refused upload. */
async function showFiles(
  c: { readonly request: Request; readonly locals: AppLocals & SessionLocals & SignedIn },
  query: PageQuery,
  error?: { readonly status: number; readonly message: string },
): Promise<Response> {
  const { db, user } = c.locals;
  const [context, page] = [await loadPageContext(c), await listFiles(db, user.id, query)];
  const files = { ...page, items: page.items.map(toFile) };
  return htmlResponse(filesPage(context, { files, cursor: query.cursor }, error?.message), error?.status);
}

function successText(files: readonly File[]): string {
  return files.length === 1 ? `“${files[0]?.name}” was uploaded.` : `${files.length} files were uploaded.`;
}
