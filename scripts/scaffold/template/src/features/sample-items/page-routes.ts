/** The page of sample items, and its forms. */
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
import { requireButton, requireForm } from "../../web/guards/require-form.ts";
import { confirmationPage, isConfirmed } from "../../web/pages/confirmation.ts";
import { errorsOf } from "../../web/pages/form-fields.ts";
import { htmlResponse } from "../../web/pages/html.ts";
import { type PageQuery, pageQuery } from "../../web/request/paging.ts";
import { submittedId } from "../../web/request/submitted-id.ts";
import { refuse } from "../../web/respond/refuse.ts";
import { seeOther } from "../../web/respond/see-other.ts";
import { requireOwnSampleItem } from "./guards.ts";
import { sampleItemsPage } from "./pages.ts";
import { deletionOf, type SampleItemFormState } from "./partials.ts";
import { MAX_SAMPLE_ITEM_BYTES, sampleItemForm } from "./schema.ts";
import { createSampleItem, deleteSampleItem, listSampleItems } from "./store.ts";

const { route } = signedInPage;

const requireSampleItemForm = requireForm(MAX_SAMPLE_ITEM_BYTES, sampleItemForm);

const FIRST_PAGE: PageQuery = pageQuery.parse({});

export const pages = group({
  guards: [...commonLimits, loadSession, requireAuth],
  handlers: [
    route.get("/sample-items", {
      request: { query: pageQuery },
      resolve: async (c) => {
        if (!c.input.ok) return refuse(c, 400, c.input.issues.map(({ message }) => message).join(". "));
        return showList(c, c.input.query);
      },
    }),

    route.post("/sample-items", {
      guards: [requireCsrf, requireSampleItemForm, requireCsrfToken],
      resolve: async (c) => {
        const { db, user, form, parsed, session } = c.locals;
        if (!parsed.success) {
          const { title, submission } = form;
          return showList(c, FIRST_PAGE, { title, submission, errors: errorsOf(parsed.error) });
        }
        const { submission, ...item } = parsed.data;
        const content = [item.title];
        const submissionId = submittedId({ kind: "sample item", userId: user.id, submission, content });
        const { title } = await createSampleItem(db, user.id, { ...item, submissionId });
        session.flash("done", `“${title}” was added.`, { savedDraft: "sample-items/new" });
        return seeOther("/sample-items");
      },
    }),

    route.post("/sample-items/:id/delete", {
      guards: [requireCsrf, requireOwnSampleItem, requireButton, requireCsrfToken],
      resolve: async (c) => {
        const { db, form, sampleItem, session } = c.locals;
        if (!isConfirmed(form)) {
          const page = confirmationPage(await loadPageContext(c), deletionOf(sampleItem), "/sample-items");
          return htmlResponse(page);
        }
        await deleteSampleItem(db, sampleItem.id);
        session.flash("done", `“${sampleItem.title}” was deleted.`);
        return seeOther("/sample-items");
      },
    }),
  ],
});

/** @param refused The input of a refused form, to show again with status 400. */
async function showList(
  c: { readonly request: Request; readonly locals: AppLocals & SessionLocals & SignedIn },
  query: PageQuery,
  refused?: SampleItemFormState,
): Promise<Response> {
  const { db, user } = c.locals;
  const list = await listSampleItems(db, user.id, query);
  return htmlResponse(sampleItemsPage(await loadPageContext(c), query, list, refused), refused ? 400 : 200);
}
