/** The samples of the style guide. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { confirmForm } from "../../web/pages/confirmation.ts";
import { errorSummary, textArea, textField } from "../../web/pages/form-fields.ts";
import { timeOf } from "../../web/pages/time.ts";
import { avatar } from "../../web/pages/ui/avatar.ts";
import { badge } from "../../web/pages/ui/badge.ts";
import { button, buttonLink } from "../../web/pages/ui/button.ts";
import { emptyState } from "../../web/pages/ui/empty-state.ts";
import { ICONS, icon } from "../../web/pages/ui/icon.ts";
import { menu, rowMenu } from "../../web/pages/ui/menu.ts";
import { messageBox } from "../../web/pages/ui/message.ts";
import { pageHead } from "../../web/pages/ui/page-head.ts";
import { headPager, pager } from "../../web/pages/ui/pager.ts";
import { table } from "../../web/pages/ui/table.ts";
import { tabs } from "../../web/pages/ui/tabs.ts";

/** A component with its states. */
interface Sample {
  readonly title: string;
  readonly content: SafeHtml;
}

const HERE = "/styleguide";

/** @param csrf The token of the session, for forms. @param now Milliseconds since the epoch. */
export function samples(csrf: string, now: number): readonly Sample[] {
  return [
    { title: "Colours", content: colours() },
    { title: "Type", content: type() },
    { title: "Buttons", content: buttons() },
    { title: "Icons", content: icons() },
    { title: "Menus", content: menus(csrf) },
    { title: "Messages", content: messages(csrf) },
    { title: "Page head", content: heads() },
    { title: "Tabs", content: tabs("Sample", tabItems()) },
    { title: "Table", content: tableSample(csrf, now) },
    { title: "Rows", content: rows(now) },
    { title: "Empty states", content: empties() },
    { title: "Avatars and badges", content: avatarsAndBadges() },
    { title: "Forms", content: forms() },
    { title: "Times", content: times(now) },
  ];
}

const TOKENS = ["ink", "soft", "paper", "sunken", "hover", "line", "edge", "accent", "fill", "bad", "warn"] as const;

function colours(): SafeHtml {
  return html`<ul class="swatches">${TOKENS.map((name) => html`<li><span class="swatch ${name}"></span><code>--${name}</code></li>`)}</ul>`;
}

function type(): SafeHtml {
  return html`<p class="sample-h1">Page title, 20 px</p>
<h3>Section title, 14 px</h3>
<p>Text of the interface, 14 px. <a href="${HERE}">A link</a>, <code>code</code>.</p>
<p class="meta">Secondary text, 13 px.</p>
<pre tabindex="0" aria-label="Sample of code"><code>route.get("/notes", { guards: [requireAuth], resolve })</code></pre>`;
}

function buttons(): SafeHtml {
  const disabled = html` disabled`;
  return html`<div class="actions">
${button({ label: "Primary", kind: "primary" })}
${button({ label: "Default" })}
${button({ label: "Plain", kind: "plain" })}
${button({ label: "Danger", kind: "danger" })}
${button({ label: "With icon", icon: "plus" })}
${button({ label: "Icon only", icon: "edit", kind: "plain", isIconOnly: true })}
${buttonLink(HERE, { label: "Link" })}
</div>
<div class="actions">
${button({ label: "Primary", kind: "primary", to: "disabled", attributes: disabled })}
${button({ label: "Default", to: "disabled", attributes: disabled })}
${button({ label: "Saving", isPending: true })}
${button({ label: "Saving", kind: "primary", isPending: true })}
</div>`;
}

function icons(): SafeHtml {
  return html`<ul class="swatches">${ICONS.map((name) => html`<li>${icon(name)}<code>${name}</code></li>`)}</ul>`;
}

function menus(csrf: string): SafeHtml {
  // The action of this form is harmless: it sets the theme of the browser.
  const reset = {
    question: "Follow the theme of the system?",
    button: "Reset the theme",
    to: "this browser",
    kind: "primary",
  } as const;
  const items = html`<a href="${HERE}">${icon("edit")}Rename</a><a href="${HERE}">${icon("copy")}Copy</a><hr>
${confirmForm({ ...reset, path: "/theme", fields: { theme: "system" } }, csrf)}`;
  return html`<div class="actions">${menu("sample-menu", { label: "Open a menu" }, items)}${rowMenu("sample-row-menu", "a row", items)}</div>`;
}

function messages(csrf: string): SafeHtml {
  return html`${messageBox({ kind: "done", text: "“Groceries” was saved." }, csrf)}
${messageBox({ kind: "done", text: "“Groceries” was deleted.", action: { label: "Undo", path: "/theme" } }, csrf)}
${messageBox({ kind: "failed", text: "The server did not respond. Check your connection, then try again." }, csrf)}`;
}

function heads(): SafeHtml {
  // The page has one h1 already.
  const head = pageHead({
    title: "Invoices",
    count: "1,000+",
    lead: "A sentence about the page.",
    level: 3,
    actions: [
      button({ label: "Export", kind: "plain" }),
      button({ label: "New invoice", kind: "primary", icon: "plus" }),
    ],
  });
  return html`<div class="panel">${head}</div>`;
}

function tabItems() {
  return ["Profile", "Security", "API keys"].map((label, index) => ({ label, path: HERE, isCurrent: index === 0 }));
}

function tableSample(csrf: string, now: number): SafeHtml {
  const people = ["Ada Lovelace", "Grace Hopper", "Katherine Johnson"];
  const columns = [
    { label: "Name", sortPath: HERE },
    { label: "Role" },
    { label: "Since", sorted: "descending" as const, sortPath: HERE },
    { label: "Actions", isHidden: true },
  ];
  const tableRows = people.map(
    (name, index) => html`<tr><th scope="row"><span class="person">${avatar(name)}${name}</span></th>
<td data-label="Role">${index === 0 ? badge("Administrator", "good") : badge("User")}</td>
<td data-label="Since">${timeOf(new Date(now - (index + 1) * 3 * 86_400_000).toISOString())}</td>
<td class="row-actions">${rowMenu(`sample-${index}-menu`, name, confirmForm({ question: `Follow the theme of the system, ${name}?`, button: "Reset the theme", to: name, path: "/theme", fields: { theme: "system" } }, csrf))}</td></tr>`,
  );
  const cursors = { previousCursor: "newer", nextCursor: "older" };
  return html`<div class="actions">${headPager(HERE, { limit: undefined }, cursors, "people")}</div>
${table("People", columns, tableRows)}${pager(HERE, { limit: undefined }, cursors, "people")}`;
}

function rows(now: number): SafeHtml {
  const texts = ["A row between separators", "A second row, whose text is too long for one line of a narrow window"];
  return html`<ul class="rows">${texts.map((text, index) => html`<li><p class="one-line">${text}</p><p class="meta">${timeOf(new Date(now - index * 7_200_000).toISOString())}</p></li>`)}</ul>`;
}

function empties(): SafeHtml {
  return html`${emptyState("No invoices yet.", button({ label: "New invoice", kind: "primary" }))}
${emptyState("No matching invoices.")}`;
}

function avatarsAndBadges(): SafeHtml {
  const names = ["Ada Lovelace", "Grace", "Katherine Johnson", "Mary Jackson", "Dorothy Vaughan", "بسمة"];
  return html`<div class="actions">${names.map(avatar)}</div>
<div class="actions">${badge("Neutral")}${badge("Good", "good")}${badge("Warning", "warn")}${badge("Bad", "bad")}</div>`;
}

function forms(): SafeHtml {
  const state = { id: "sample", errors: { name: "The name is empty" }, takesFocus: false };
  return html`<form class="sample-form" method="get" action="${HERE}" aria-label="Sample">
${errorSummary(state)}
${textField(state, { name: "name", label: "Name, with an error", value: "", autocomplete: "off" })}
${textField(state, { name: "city", label: "City", value: "Oslo", hint: "A hint about the field.", autocomplete: "off" })}
${textArea(state, { name: "text", label: "Text", value: "A longer text.", rows: 3, isOptional: true })}
<div class="field"><label for="sample-role">Role</label><select id="sample-role" name="role"><option>User</option><option>Administrator</option></select></div>
<label class="check"><input type="checkbox" name="agreed" checked> A checkbox</label>
<div class="actions">${button({ label: "Save", kind: "primary" })}${buttonLink(HERE, { label: "Cancel" })}</div>
</form>
<progress value="40" max="100" aria-label="Sample of progress"></progress>`;
}

function times(now: number): SafeHtml {
  const distances = [0, 5 * 60_000, 3 * 3_600_000, 2 * 86_400_000, 40 * 86_400_000, -90 * 86_400_000];
  const iso = (distance: number) => new Date(now - distance).toISOString();
  return html`<ul class="swatches">${distances.map((distance) => html`<li>${timeOf(iso(distance))}</li>`)}
<li>${timeOf(iso(0), "clock")}</li><li>${timeOf(iso(0), "day")}</li></ul>`;
}
