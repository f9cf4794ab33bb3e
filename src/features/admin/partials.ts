/** The list of users, which HTMX swaps in for a search, and the forms of its rows. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { User } from "../../identity/users/user.ts";
import { type ConfirmableAction, confirmForm } from "../../web/pages/confirmation.ts";
import { timeOf } from "../../web/pages/time.ts";
import { type Page, pathOfList } from "../../web/request/paging.ts";

/** A page of search results. */
export interface UserSearch {
  /** The search text; empty for all users. */
  readonly q: string;
  /** Undefined for the first page. */
  readonly cursor: string | undefined;
  readonly users: Page<User>;
  /** The id of the signed-in administrator. */
  readonly self: string;
}

/** The address of a search. */
export function searchPath(q: string, cursor?: string): string {
  return pathOfList("/admin/users", q, cursor);
}

export function userList(search: UserSearch, csrf: string): SafeHtml {
  const { q, cursor, users, self } = search;
  const { items, nextCursor } = users;
  const here = searchPath(q, cursor);
  const count = `${items.length}${nextCursor === null ? "" : " or more"}`;
  return html`<section id="users" aria-label="Users">
<p class="meta found" role="status">${q === "" ? "" : html`${count} matching “${q}”. <a href="/admin/users">Show all</a>`}</p>
${items.length === 0 ? html`<p class="empty">${q === "" ? "No users." : "No matching users."}</p>` : table(items.map((user) => userRow(user, user.id === self, here, csrf)))}
${pager(search)}
</section>`;
}

function pager({ q, cursor, users: { nextCursor } }: UserSearch): SafeHtml | "" {
  const links = [
    ...(cursor === undefined ? [] : [html`<a class="button quiet" href="${searchPath(q)}">Newest users</a>`]),
    ...(nextCursor === null ? [] : [html`<a class="button quiet" href="${searchPath(q, nextCursor)}">Older users</a>`]),
  ];
  return links.length === 0 ? "" : html`<nav class="actions pager" aria-label="More users">${links}</nav>`;
}

function table(rows: SafeHtml[]): SafeHtml {
  return html`<div class="card table users"><table>
<thead><tr><th scope="col">User</th><th scope="col">Role</th><th scope="col">E-mail</th><th scope="col">Since</th><th scope="col"><span class="visually-hidden">Actions</span></th></tr></thead>
<tbody>${rows}</tbody>
</table></div>`;
}

function userRow(user: User, isSelf: boolean, here: string, csrf: string): SafeHtml {
  const { name, email, role, emailVerified, createdAt } = user;
  // Only a user with a confirmed address can become an administrator.
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

/** A change of role, to be confirmed. @param next The path of the list to return to. */
export function roleChangeOf({ id, name, email }: User, role: User["role"], next: string): ConfirmableAction {
  const [button, question] =
    role === "admin"
      ? [
          "Make administrator",
          `Make ${name} (${email}) an administrator? Administrators can change and delete all accounts, including yours.`,
        ]
      : ["Make user", `Make ${name} (${email}) a regular user? They will no longer be an administrator.`];
  return { button, question, to: name, path: `/admin/users/${id}/role`, fields: { role, next } };
}

/** The deletion of an account, to be confirmed. @param next The path of the list to return to. */
export function deletionOf({ id, name, email }: User, next: string): ConfirmableAction {
  const question = `Delete the account of ${name} (${email}) and all of its data? This cannot be undone.`;
  return { button: "Delete", question, to: name, path: `/admin/users/${id}/delete`, fields: { next } };
}
