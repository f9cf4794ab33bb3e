/** The sections of the account page. HTMX swaps the sections for sessions and API keys. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { ListedSession } from "../../identity/sessions/session-list.ts";
import type { ApiKey } from "../../identity/tokens/api-keys.ts";
import { type ConfirmableAction, confirmForm } from "../../web/pages/confirmation.ts";
import { csrfField } from "../../web/pages/csrf-field.ts";
import { errorSummary, type FormState, hasFocus, textField } from "../../web/pages/form-fields.ts";
import { submissionField } from "../../web/pages/submission-field.ts";
import { timeOf } from "../../web/pages/time.ts";
import { badge } from "../../web/pages/ui/badge.ts";
import { button } from "../../web/pages/ui/button.ts";
import { icon } from "../../web/pages/ui/icon.ts";
import { rowMenu } from "../../web/pages/ui/menu.ts";
import { pathOfList } from "../../web/request/paging.ts";
import type { AccountView } from "./account-view.ts";
import { KEY_LIFETIMES_DAYS } from "./schema.ts";

interface Section {
  readonly id: string;
  readonly title: string;
  /** A sentence about the section. */
  readonly text?: string;
  /** Further attributes of the element. */
  readonly attributes?: SafeHtml;
}

/** A section of the settings: its title, with the content beside it, or below it on a narrow screen. */
export function section({ id, title, text, attributes = html`` }: Section, content: SafeHtml): SafeHtml {
  return html`<section id="${id}" aria-labelledby="${id}-title"${attributes}>
<header><h2 id="${id}-title">${title}</h2>${text === undefined ? "" : html`<p class="meta">${text}</p>`}</header>
<div>${content}</div>
</section>`;
}

/**
 * Makes the forms in a section update it in place: HTMX takes this section, the messages, and the password section's
 * sentence about keys from the page in the response.
 */
function inPlace(id: string): SafeHtml {
  return html` tabindex="-1" hx-boost="true" hx-push-url="false" hx-target="#${id}" hx-select="#${id}" hx-select-oob="#messages:innerHTML,#keys-to-end:outerHTML" hx-swap="outerHTML show:none"`;
}

export function sessionSection(view: AccountView, csrf: string): SafeHtml {
  const { sessions, currentSession } = view;
  const { items } = sessions;
  const others = html`<form method="post" action="/account/sessions/end-others">${csrfField(csrf)}${button({ label: "Sign out everywhere else" })}</form>`;
  return section(
    {
      id: "sessions",
      title: "Sessions",
      text: "Browsers and API clients that are signed in to your account.",
      attributes: inPlace("sessions"),
    },
    html`<ul class="rows">${items.map((session) => sessionRow(session, session.id === currentSession, csrf))}</ul>
${pager("sessions", view)}
${items.length > 1 ? others : ""}`,
  );
}

function sessionRow({ id, device, createdAt, lastUsedAt }: ListedSession, isCurrent: boolean, csrf: string): SafeHtml {
  const end = html`<form method="post" action="/account/sessions/${id}/end">${csrfField(csrf)}<button aria-label="Sign out: ${device}">${icon("signOut")}Sign out</button></form>`;
  return html`<li>
<div><h3><bdi>${device}</bdi></h3>
<p class="meta">Signed in ${timeOf(createdAt)} · last used ${timeOf(lastUsedAt)}</p></div>
${isCurrent ? badge("This session", "good") : rowMenu(`session-${id}`, device, end)}
</li>`;
}

export function keySection(view: AccountView, csrf: string): SafeHtml {
  const { items } = view.keys;
  return section(
    {
      id: "keys",
      title: "API keys",
      text: "For programs that act on your behalf, with permissions that you choose.",
      attributes: inPlace("keys"),
    },
    // A change to the list keeps the text that is typed in the form.
    html`<div id="key-list"${inPlace("key-list")}>
${view.newKey ? newKeyMessage(view.newKey) : ""}
${items.length === 0 ? html`<p class="meta">No keys yet.</p>` : html`<ul class="rows">${items.map((key) => keyRow(key, csrf))}</ul>`}
${pager("keys", view)}
</div>
${keyForm(view, csrf)}`,
  );
}

/** A new key. `copy.js` adds a button that copies it. */
function newKeyMessage({ name, key }: NonNullable<AccountView["newKey"]>): SafeHtml {
  return html`<div class="message done made-key" role="status" data-saved-draft="account/key">
<p>The key “<bdi>${name}</bdi>” has been created. Copy it now: it will not be shown again.</p>
<input id="made-key" value="${key}" aria-label="API key" readonly autofocus data-copy>
</div>`;
}

/** The deletion of a key, to be confirmed. */
export function keyDeletion({ id, name }: ApiKey): ConfirmableAction {
  const question = `Delete the key “${name}”? Programs that use it will lose access at once.`;
  return { question, button: "Delete", icon: "trash", to: name, path: `/account/keys/${id}/delete` };
}

function keyRow(key: ApiKey, csrf: string): SafeHtml {
  const { id, name, permissions, createdAt, lastUsedAt, expiresAt } = key;
  return html`<li>
<div><h3 dir="auto">${name}</h3>
<p class="badges">${permissions.map((permission) => html`${badge(permission)} `)}</p>
<p class="meta">Created ${timeOf(createdAt)} · ${lastUsedAt === null ? "never used" : html`last used ${timeOf(lastUsedAt)}`} · expires ${timeOf(expiresAt)}</p></div>
${rowMenu(`key-${id}`, name, confirmForm(keyDeletion(key), csrf))}
</li>`;
}

function keyForm({ permissions, refused }: AccountView, csrf: string): SafeHtml {
  if (permissions.length === 0) return html`<p class="meta">This app has no routes that accept API keys.</p>`;
  const typed = refused?.form === "key" ? refused : undefined;
  const state: FormState = { id: "key", errors: typed?.errors ?? {} };
  const error = state.errors.permissions;
  return html`<form class="new-key" method="post" action="/account/keys" aria-labelledby="key-title" data-draft="account/key">
<h3 id="key-title">New key</h3>
${errorSummary(state)}
${csrfField(csrf)}${submissionField(typed?.fields.submission)}
${textField(state, { name: "name", label: "Key name", value: typed?.fields.name, maxlength: 100, autocomplete: "off", hint: "For example, the program that will use it." })}
<fieldset class="field" id="key-permissions" tabindex="-1"${error ? html` aria-describedby="key-permissions-error"` : ""}${hasFocus(state, "permissions") ? html` autofocus` : ""}>
<legend>Permissions</legend>
${permissions.map((name) => html`<label class="check"><input type="checkbox" name="${name}"${typed?.fields[name] ? html` checked` : ""}> ${name}</label>`)}
${error ? html`<small id="key-permissions-error" class="error">${error}</small>` : ""}
</fieldset>
<div class="field"><label for="key-days">Expires</label>
<select id="key-days" name="days">${KEY_LIFETIMES_DAYS.map((days) => html`<option value="${days}"${days === (typed?.fields.days ?? "90") ? html` selected` : ""}>in ${days} days</option>`)}</select></div>
${button({ label: "Create key", kind: "primary" })}
</form>`;
}

/** The links to the other pages of a list. They keep the page of the other list. */
function pager(
  list: "sessions" | "keys",
  { cursors, [list]: { nextCursor, previousCursor } }: AccountView,
): SafeHtml | "" {
  const link = (text: string, cursor: string | null) =>
    cursor === null
      ? ""
      : html`<a class="button plain" hx-boost="false" href="${pathOfList("/account", { ...cursors, [list]: cursor })}#${list}">${text} ${list}</a> `;
  return nextCursor === null && previousCursor === null
    ? ""
    : html`<nav class="pager" aria-label="Pages of ${list}">${link("Newer", previousCursor)}${link("Older", nextCursor)}</nav>`;
}
