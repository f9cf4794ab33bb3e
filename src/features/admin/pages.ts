/** The page that lists the users. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { layout, type PageContext } from "../../web/pages/layout.ts";
import { type UserSearch, userList } from "./partials.ts";

export function usersPage(context: PageContext, search: UserSearch): SafeHtml {
  return layout(
    "Users",
    html`<header class="page-head"><h1>Users</h1></header>
${searchForm(search.q)}
${userList(search, context.csrf)}`,
    context,
    ["admin/admin.css"],
  );
}

/** Searches as the user types; without JavaScript, by the button. */
function searchForm(q: string): SafeHtml {
  return html`<search><form class="toolbar" method="get" action="/admin/users" hx-get="/admin/users" hx-trigger="input changed delay:250ms from:find input, submit" hx-target="#users" hx-swap="outerHTML" hx-sync="this:replace">
<label class="visually-hidden" for="q">Search users</label>
<input type="search" id="q" name="q" value="${q}" maxlength="200" placeholder="Name or e-mail address" autocomplete="off">
<button class="quiet">Search</button>
</form></search>`;
}
