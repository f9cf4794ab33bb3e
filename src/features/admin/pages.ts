/** The accounts as administrators see them. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { User } from "../../identity/users/user.ts";
import { type ConfirmableAction, confirmForm } from "../../web/pages/confirmation.ts";
import { layout, type PageContext } from "../../web/pages/layout.ts";
import { timeOf } from "../../web/pages/time.ts";
import { type Page, pathOfList } from "../../web/request/paging.ts";

/** A part of the accounts. */
export interface Found {
  /** What was searched for; empty for all. */
  readonly q: string;
  /** Undefined for the newest. */
  readonly cursor: string | undefined;
  readonly users: Page<User>;
  /** The id of who looks at them. */
  readonly self: string;
}

export function usersPage(context: PageContext, found: Found): SafeHtml {
  return layout(
    "Users",
    html`<header class="page-head"><h1>Users</h1></header>
${searchForm(found.q)}
${foundUsers(found, context.csrf)}`,
    context,
    ["admin/admin.css"],
  );
}

/** The address of a search. */
export function pathOfSearch(q: string, cursor?: string): string {
  return pathOfList("/admin/users", q, cursor);
}

/** Searches while one types; without scripts, by its button. */
function searchForm(q: string): SafeHtml {
  return html`<search><form class="toolbar" method="get" action="/admin/users" hx-get="/admin/users" hx-trigger="input changed delay:250ms from:find input, submit" hx-target="#users" hx-swap="outerHTML" hx-sync="this:replace">
<label class="visually-hidden" for="q">Search the users</label>
<input type="search" id="q" name="q" value="${q}" maxlength="200" placeholder="Name or e-mail address" autocomplete="off">
<button class="quiet">Search</button>
</form></search>`;
}

/** The list, which a search swaps. */
export function foundUsers(found: Found, csrf: string): SafeHtml {
  const { q, cursor, users, self } = found;
  const { items, nextCursor } = users;
  const here = pathOfSearch(q, cursor);
  const count = `${items.length}${nextCursor === null ? "" : " or more"}`;
  return html`<section id="users" aria-label="Users">
<p class="meta found" role="status">${q === "" ? "" : html`${count} with “${q}”. <a href="/admin/users">Show all</a>`}</p>
${items.length === 0 ? html`<p class="empty">${q === "" ? "There is nobody here." : "Nobody has this."}</p>` : table(items.map((user) => userRow(user, user.id === self, here, csrf)))}
${pager(found)}
</section>`;
}

function pager({ q, cursor, users: { nextCursor } }: Found): SafeHtml | "" {
  const links = [
    ...(cursor === undefined ? [] : [html`<a class="button quiet" href="${pathOfSearch(q)}">Newest users</a>`]),
    ...(nextCursor === null
      ? []
      : [html`<a class="button quiet" href="${pathOfSearch(q, nextCursor)}">Older users</a>`]),
  ];
  return links.length === 0 ? "" : html`<nav class="actions pager" aria-label="More users">${links}</nav>`;
}

function table(rows: SafeHtml[]): SafeHtml {
  return html`<div class="card table users"><table>
<thead><tr><th scope="col">User</th><th scope="col">Role</th><th scope="col">E-mail</th><th scope="col">Since</th><th scope="col"><span class="visually-hidden">What to do</span></th></tr></thead>
<tbody>${rows}</tbody>
</table></div>`;
}

function userRow(user: User, isSelf: boolean, here: string, csrf: string): SafeHtml {
  const { name, email, role, emailVerified, createdAt } = user;
  // A role is given only to a proved address.
  const roleChanges =
    emailVerified || role === "admin" ? [roleChangeOf(user, role === "admin" ? "user" : "admin", here)] : [];
  const actions = [...roleChanges, deletionOf(user, here)];
  return html`<tr>
<th scope="row"><span>${name}</span> <small>${email}</small></th>
<td data-label="Role">${role === "admin" ? html`<span class="badge good">Administrator</span>` : html`<span class="badge">User</span>`}</td>
<td data-label="E-mail">${emailVerified ? html`<span class="badge">Confirmed</span>` : html`<span class="badge warn">Not confirmed</span>`}</td>
<td data-label="Since">${timeOf(createdAt)}</td>
<td class="row-actions">${isSelf ? html`<span class="meta">This is you</span>` : html`<div class="actions">${actions.map((action) => confirmForm(action, csrf))}</div>`}</td>
</tr>`;
}

/** What is asked before a role changes. @param next The list to lead back to. */
export function roleChangeOf({ id, name, email }: User, role: User["role"], next: string): ConfirmableAction {
  const [button, question] =
    role === "admin"
      ? [
          "Make administrator",
          `Make ${name} (${email}) an administrator? That is somebody who can change and delete all accounts, yours included.`,
        ]
      : ["Make user", `Make ${name} (${email}) a user, and no administrator any more?`];
  return { button, question, to: name, path: `/admin/users/${id}/role`, fields: { role, next } };
}

/** What is asked before an account is deleted. @param next The list to lead back to. */
export function deletionOf({ id, name, email }: User, next: string): ConfirmableAction {
  const question = `Delete the account of ${name} (${email}), with everything that belongs to it? There is no way back.`;
  return { button: "Delete", question, to: name, path: `/admin/users/${id}/delete`, fields: { next } };
}
