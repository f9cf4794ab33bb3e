/** The lists of sessions and of API keys on the account page. HTMX swaps each of them. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { ListedSession } from "../../identity/sessions/session-list.ts";
import type { ApiKey } from "../../identity/tokens/api-keys.ts";
import { type ConfirmableAction, confirmForm } from "../../web/pages/confirmation.ts";
import { csrfField } from "../../web/pages/csrf-field.ts";
import { errorSummary, type FormState, textField } from "../../web/pages/form-fields.ts";
import { timeOf } from "../../web/pages/time.ts";
import type { AccountView } from "./account-view.ts";
import { KEY_LIFETIMES_DAYS } from "./schema.ts";

export function sessionList({ sessions, currentSession }: AccountView, csrf: string): SafeHtml {
  const { items, nextCursor } = sessions;
  const others = html`<form method="post" action="/account/sessions/end-others">${csrfField(csrf)}<button class="quiet">Sign out everywhere else</button></form>`;
  return swappableSection(
    "sessions",
    html`<header class="card-head"><h2 id="sessions-title">Sessions</h2>${items.length > 1 ? others : ""}</header>
<p class="meta">Browsers and API clients that are signed in to your account.</p>
<ul class="rows">${items.map((session) => sessionRow(session, session.id === currentSession, csrf))}</ul>
${older("sessions", nextCursor)}`,
  );
}

function sessionRow({ id, device, createdAt, lastUsedAt }: ListedSession, isCurrent: boolean, csrf: string): SafeHtml {
  const end = html`<form method="post" action="/account/sessions/${id}/end">${csrfField(csrf)}<button class="quiet" aria-label="Sign out: ${device}">Sign out</button></form>`;
  return html`<li>
<div><h3>${device}</h3>
<p class="meta">Since ${timeOf(createdAt)}</p>
<p class="meta">Last used ${timeOf(lastUsedAt)}</p></div>
${isCurrent ? html`<span class="badge good">This session</span>` : end}
</li>`;
}

export function keyList(view: AccountView, csrf: string): SafeHtml {
  const { items, nextCursor } = view.keys;
  return swappableSection(
    "keys",
    html`<header class="card-head"><h2 id="keys-title">API keys</h2></header>
<p class="meta">For programs that act on your behalf, with permissions that you choose.</p>
${view.newKey ? newKeyMessage(view.newKey) : ""}
${items.length === 0 ? html`<p class="empty">No keys yet.</p>` : html`<ul class="rows">${items.map((key) => keyRow(key, csrf))}</ul>`}
${older("keys", nextCursor)}
${keyForm(view, csrf)}`,
  );
}

function newKeyMessage({ name, key }: NonNullable<AccountView["newKey"]>): SafeHtml {
  return html`<div class="message done made-key" role="status">
<p>The key “${name}” has been created. Copy it now: it will not be shown again.</p>
<input id="made-key" value="${key}" aria-label="API key" readonly autofocus>
<button type="button" class="quiet" data-copy="made-key">Copy</button>
</div>`;
}

/** The deletion of a key, to be confirmed. */
export function keyDeletion({ id, name }: ApiKey): ConfirmableAction {
  const question = `Delete the key “${name}”? Programs that use it will lose access at once.`;
  return { question, button: "Delete", to: name, path: `/account/keys/${id}/delete` };
}

function keyRow(key: ApiKey, csrf: string): SafeHtml {
  return html`<li>
<div><h3>${key.name}</h3>
<p>${key.permissions.map((permission) => html`<span class="badge">${permission}</span> `)}</p>
<p class="meta">Created ${timeOf(key.createdAt)}</p>
<p class="meta">${key.lastUsedAt === null ? "Never used" : html`Last used ${timeOf(key.lastUsedAt)}`}</p>
<p class="meta">Expires ${timeOf(key.expiresAt)}</p></div>
${confirmForm(keyDeletion(key), csrf)}
</li>`;
}

function keyForm({ permissions, refused }: AccountView, csrf: string): SafeHtml {
  if (permissions.length === 0) return html`<p class="meta">This app has no routes that accept API keys.</p>`;
  const typed = refused?.form === "key" ? refused : undefined;
  const state: FormState = { id: "key", errors: typed?.errors ?? {} };
  const error = state.errors.permissions;
  return html`<form class="new-key" method="post" action="/account/keys" aria-labelledby="key-title">
<h3 id="key-title">New key</h3>
${errorSummary(state)}
${csrfField(csrf)}
${textField(state, { name: "name", label: "Key name", value: typed?.fields.name, maxlength: 100, hint: "For example, the program that will use it." })}
<fieldset id="key-permissions" tabindex="-1"${error ? html` aria-describedby="key-permissions-error"` : ""}>
<legend>Permissions</legend>
${permissions.map((name) => html`<label><input type="checkbox" name="${name}"${typed?.fields[name] ? html` checked` : ""}> ${name}</label>`)}
${error ? html`<small id="key-permissions-error" class="error">${error}</small>` : ""}
</fieldset>
<div class="field"><label for="key-days">Expires</label>
<select id="key-days" name="days">${KEY_LIFETIMES_DAYS.map((days) => html`<option value="${days}"${days === (typed?.fields.days ?? "90") ? html` selected` : ""}>in ${days} days</option>`)}</select></div>
<button>Create key</button>
</form>`;
}

function older(list: "sessions" | "keys", cursor: string | null): SafeHtml | "" {
  return cursor === null
    ? ""
    : html`<p><a href="/account?${new URLSearchParams({ [list]: cursor }).toString()}#${list}">Older ${list}</a></p>`;
}

/** A section whose forms update it in place: from the page in the response, HTMX takes this section and the messages. */
function swappableSection(id: string, content: SafeHtml): SafeHtml {
  return html`<section class="card" id="${id}" aria-labelledby="${id}-title" tabindex="-1" hx-boost="true" hx-push-url="false" hx-target="this" hx-select="#${id}" hx-select-oob="#messages:innerHTML" hx-swap="outerHTML show:none">
${content}
</section>`;
}
