/** Buttons, and links that look like buttons. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { type IconName, icon } from "./icon.ts";

export interface Button {
  readonly label: string;
  /**
   * `primary` for the one main action of a view, `danger` to confirm a destructive one, `plain` without a border. Default:
   * a button with a border.
   */
  readonly kind?: "primary" | "danger" | "plain";
  readonly icon?: IconName;
  /** Shows only the icon; the label, with the object, is for the tooltip, screen readers and text browsers. */
  readonly isIconOnly?: boolean;
  /** Whether the response to an earlier click is awaited. */
  readonly isPending?: boolean;
  /** The object of the action, which distinguishes the button from others for screen readers. */
  readonly to?: string;
  /** Further attributes, such as `hx-post`. */
  readonly attributes?: SafeHtml;
}

/** @example button({ label: "Save", kind: "primary" }) */
export function button(definition: Button): SafeHtml {
  return html`<button${attributesOf(definition)}>${contentOf(definition)}</button>`;
}

/** @example buttonLink("/notes/new", { label: "New note", kind: "primary", icon: "plus" }) */
export function buttonLink(path: string, definition: Button): SafeHtml {
  return html`<a href="${path}"${attributesOf(definition, "button")}>${contentOf(definition)}</a>`;
}

function attributesOf({ label, kind, isIconOnly, isPending, to, attributes = html`` }: Button, base = ""): SafeHtml {
  const classes = [base, kind, isIconOnly && "icon-only", isPending && "pending"].filter(Boolean).join(" ");
  // Text browsers show the text of a button, not its attributes.
  const name = to === undefined || isIconOnly ? undefined : `${label}: ${to}`;
  // A title that differs from the name would be announced as a description.
  const title = isIconOnly ? (to === undefined ? label : `${label}: ${to}`) : undefined;
  return html`${classes && html` class="${classes}"`}${name === undefined ? "" : html` aria-label="${name}"`}${title === undefined ? "" : html` title="${title}"`}${isPending ? html` aria-disabled="true"` : ""}${attributes}`;
}

function contentOf({ label, icon: name, isIconOnly, to }: Button): SafeHtml {
  const text = isIconOnly
    ? html`<span class="visually-hidden">${label}${to === undefined ? "" : html`: <bdi>${to}</bdi>`}</span>`
    : label;
  return html`${name ? icon(name) : ""}${text}`;
}
