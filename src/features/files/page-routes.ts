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
import { mapPage, type PageQuery, pageQuery } from "../../web/request/paging.ts";
import { refuse } from "../../web/respond/refuse.ts";
import { seeOther } from "../../web/respond/see-other.ts";
import { requireDeclaredLength, requireFileQuotas, requireOwnFile } from "./guards.ts";
import { filesPage } from "./pages.ts";
import { fileItem } from "./partials.ts";
import { refusalOf } from "./refuse-upload.ts";
import { removeFile } from "./remove-file.ts";
import { requireMultipart } from "./require-multipart.ts";
import { requireUploadSlot } from "./require-upload-slot.ts";
import { type File, MAX_PARTS, MAX_REQUEST_BYTES, toFile } from "./schema.ts";
import { listFiles, readFilesUsage } from "./store.ts";
import { storeUpload } from "./store-upload.ts";
import { requireSubmission } from "./upload-key.ts";
import { uploadsFromForm } from "./upload-source.ts";

const { route } = signedInPage;

/** The page shows the form again, with a new submission id. */
const CHOOSE_AGAIN = "To store it again, choose the files again.";

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
        requireUploadSlot,
        requireMultipart(MAX_REQUEST_BYTES, MAX_PARTS),
        requireCsrfToken,
        requireSubmission,
        requireFileQuotas,
      ],
      resolve: async (c) => {
        const stored = await storeUpload(c.locals, uploadsFromForm(c.locals.parts));
        if (!("files" in stored)) return showFiles(c, pageQuery.parse({}), refusalOf(stored, CHOOSE_AGAIN));
        c.locals.session.flash("done", successText(stored.files));
        return seeOther("/files");
      },
    }),

    route.get("/files/:id/row", {
      guards: [requireOwnFile],
      resolve: ({ locals: { file, session } }) => htmlPart(fileItem(toFile(file), session.csrf)),
    }),

    route.post("/files/:id/delete", {
      guards: [requireCsrf, requireOwnFile, requireButton, requireCsrfToken],
      resolve: async ({ locals }) => {
        await removeFile(locals);
        locals.session.flash("done", `“${locals.file.name}” was deleted.`);
        return seeOther("/files");
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
  const [context, page, usage] = await Promise.all([
    loadPageContext(c),
    listFiles(db, user.id, query),
    readFilesUsage(db, user.id),
  ]);
  const listing = { files: mapPage(page, toFile), query, usage };
  return htmlResponse(filesPage(context, listing, error?.message), error?.status);
}

function successText(files: readonly File[]): string {
  return files.length === 1 ? `“${files[0]?.name}” was uploaded.` : `${files.length} files were uploaded.`;
}
