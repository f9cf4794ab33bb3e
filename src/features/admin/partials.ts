/** The list of users with its head, which HTMX swaps in for a search and after an action. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { User } from "../../identity/users/user.ts";
import { confirmForm } from "../../web/pages/confirmation.ts";
import { timeOf } from "../../web/pages/time.ts";
import { avatar } from "../../web/pages/ui/avatar.ts";
import { badge } from "../../web/pages/ui/badge.ts";
import { emptyState } from "../../web/pages/ui/empty-state.ts";
import { rowMenu } from "../../web/pages/ui/menu.ts";
import { type Message, toast } from "../../web/pages/ui/message.ts";
import { pageHead } from "../../web/pages/ui/page-head.ts";
import { headPager, pager } from "../../web/pages/ui/pager.ts";
import { type Column, table } from "../../web/pages/ui/table.ts";
import { type Count, countText } from "../../web/request/count.ts";
import { type ListParameters, limitParameter, type Page, pathOfList } from "../../web/request/paging.ts";
import { isShortSearch, SHORT_SEARCH_ROWS } from "../../web/request/search.ts";
import type { UsersQuery } from "./schema.ts";
import { deletionOf, roleChangeOf } from "./user-actions.ts";

/** A page of search results. */
export interface UserSearch {
  /** The search, the filters and the order. */
  readonly query: UsersQuery;
  /** The cursor in the address; undefined for the first page. */
  readonly cursor: string | undefined;
  readonly users: Page<User>;
  /** The number of matching users on all pages. */
  readonly count: Count;
  /** The id of the signed-in administrator. */
  readonly self: string;
}

const PATH = "/admin/users";

/** The parameters of the address that select and order the users. */
function parametersOf(query: UsersQuery): ListParameters {
  const { q, role, emailVerified, order } = query;
  return { q, role, emailVerified, ...(order === "newest" ? {} : { order }), limit: limitParameter(query) };
}

/** The address of a page of the list. */
export function listPath(query: UsersQuery, cursor?: string): string {
  return pathOfList(PATH, { ...parametersOf(query), cursor });
}

type Words = readonly [string, string];

/** The words for the previous and the next page. */
function wordsFor({ order }: UsersQuery): Words {
  return order === "newest" ? ["Newer", "Older"] : ["Older", "Newer"];
}

/** Attributes of an element whose links replace the list through HTMX. */
const BOOSTED = html` hx-boost="true" hx-target="#users" hx-swap="outerHTML show:window:top"`;

/** Attribute of the parts that HTMX swaps in together with the list. */
const BESIDE = html` hx-swap-oob="true"`;

/** The title, the count and the pager, which stands above the rows because each row has a menu. */
export function listHead({ query, users, count }: UserSearch, isPart = false): SafeHtml {
  const links = headPager(PATH, parametersOf(query), users, "users", wordsFor(query));
  return html`<div id="users-head"${isPart ? BESIDE : ""}${BOOSTED}>${pageHead({ title: "Users", count: countText(count), actions: links })}</div>`;
}

/** The result of the search; empty if the list shows all users. */
export function listStatus({ query, count }: UserSearch, isPart = false): SafeHtml {
  const { q, role, emailVerified, limit } = query;
  const isFiltered = [q, role, emailVerified].some((value) => value !== "");
  const all = pathOfList(PATH, { limit: limitParameter({ limit }) });
  const note = isShortSearch(query.q) ? html` ${SHORT_SEARCH}` : "";
  return html`<div id="users-status" role="status"${isPart ? BESIDE : ""}>${isFiltered ? html`<p class="meta found">${foundText(query, count)}${note} <a href="${all}">Show all</a></p>` : ""}</div>`;
}

function foundText({ q, role, emailVerified }: UsersQuery, count: Count): SafeHtml {
  const users = `${countText(count)} ${q === "" && (role || emailVerified) ? "matching " : ""}${count.count === 1 ? "user" : "users"}`;
  return q === "" ? html`${users}.` : html`${users} matching “<bdi>${q}</bdi>”.`;
}

const SHORT_SEARCH = `A search for 1 or 2 characters covers the newest ${SHORT_SEARCH_ROWS.toLocaleString("en-US")} users.`;

export function userList(search: UserSearch, csrf: string): SafeHtml {
  const { query, users } = search;
  const { items, nextCursor, previousCursor } = users;
  const emptyText = (nextCursor ?? previousCursor) !== null ? "No users on this page." : "No matching users.";
  return html`<section id="users" tabindex="-1" aria-label="Users">
${items.length === 0 ? emptyState(emptyText) : userTable(search, csrf)}
<div${BOOSTED}>${pager(PATH, parametersOf(query), users, "users", wordsFor(query))}</div>
</section>`;
}

/** For HTMX: the list and the parts that change with it. */
export function listPart(search: UserSearch, csrf: string, messages: readonly Message[]): SafeHtml {
  return html`${userList(search, csrf)}${listHead(search, true)}${listStatus(search, true)}${messages.map((message) => toast(message, csrf))}`;
}

function userTable({ query, cursor, users, self }: UserSearch, csrf: string): SafeHtml {
  const isNewestFirst = query.order === "newest";
  const columns: readonly Column[] = [
    { label: "User" },
    { label: "Role" },
    { label: "E-mail" },
    {
      label: "Joined",
      sorted: isNewestFirst ? "descending" : "ascending",
      sortPath: listPath({ ...query, order: isNewestFirst ? "oldest" : "newest" }),
    },
    { label: "Actions", isHidden: true },
  ];
  const here = listPath(query, cursor);
  return html`<div class="users">${table(
    "Users",
    columns,
    users.items.map((user) => userRow(user, user.id === self, here, csrf)),
  )}</div>`;
}

function userRow(user: User, isSelf: boolean, here: string, csrf: string): SafeHtml {
  const { id, name, email, role, emailVerified, createdAt } = user;
  // Only a user with a confirmed address can become an administrator.
  const roleChanges =
    emailVerified || role === "admin" ? [roleChangeOf(user, role === "admin" ? "user" : "admin", here)] : [];
  const actions = [...roleChanges, deletionOf(user, here)];
  const menu = rowMenu(
    `user-${id}`,
    name,
    actions.map((action) => confirmForm(action, csrf)),
  );
  return html`<tr>
<th scope="row"><span class="person">${avatar(name)} <span class="name"><bdi>${name}</bdi></span> <small><bdi>${email}</bdi></small></span></th>
${role === "admin" ? html`<td>${badge("Administrator", "good")}</td>` : html`<td class="usual">User</td>`}
${emailVerified ? html`<td class="usual">Confirmed</td>` : html`<td>${badge("Not confirmed", "warn")}</td>`}
<td data-label="Joined">${timeOf(createdAt)}</td>
<td class="row-actions">${isSelf ? badge("You") : menu}</td>
</tr>`;
}
