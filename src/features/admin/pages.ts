/** The page that lists the users. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { HTMX, layout, type PageContext } from "../../web/pages/layout.ts";
import { limitField } from "../../web/pages/ui/pager.ts";
import { limitParameter } from "../../web/request/paging.ts";
import { listHead, listStatus, type UserSearch, userList } from "./partials.ts";
import type { UsersQuery } from "./schema.ts";

export function usersPage(context: PageContext, search: UserSearch): SafeHtml {
  return layout(
    "Users",
    html`${listHead(search)}
${searchForm(search.query)}
${listStatus(search)}
${userList(search, context.csrf)}`,
    context,
    [HTMX, "admin/admin.css"],
  );
}

/** Updates the list while the user types or chooses; without scripts, when the user presses the button. */
function searchForm(query: UsersQuery): SafeHtml {
  const { q, role, emailVerified, order } = query;
  return html`<search><form class="toolbar" method="get" action="/admin/users" hx-get="/admin/users" hx-trigger="${TRIGGER}" hx-target="#users" hx-swap="outerHTML" hx-sync="this:replace">
<label class="visually-hidden" for="q">Search users</label>
<input type="search" id="q" name="q" value="${q}" maxlength="200" placeholder="Name or e-mail address" autocomplete="off" dir="auto">
${select("role", "Role", role, { "": "Any role", user: "Users", admin: "Administrators" })}
${select("emailVerified", "E-mail address", emailVerified, { "": "Any e-mail", true: "Confirmed", false: "Not confirmed" })}
${select("order", "Order", order, { newest: "Newest first", oldest: "Oldest first" })}
${limitField(limitParameter(query))}<button>Search</button>
</form></search>`;
}

const TRIGGER =
  "input changed delay:250ms from:#q, change from:#role, change from:#emailVerified, change from:#order, submit";

function select(name: string, label: string, value: string, options: Readonly<Record<string, string>>): SafeHtml {
  const items = Object.entries(options).map(
    ([each, text]) => html`<option value="${each}"${each === value ? html` selected` : ""}>${text}</option>`,
  );
  return html`<select id="${name}" name="${name}" aria-label="${label}">${items}</select>`;
}
