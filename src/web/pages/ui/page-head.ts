/** The head of a page: its title, a count, and its actions. */
import { html, type SafeHtml } from "@remix-run/html-template";

export interface PageHead {
  readonly title: string;
  /** The number of things that the page lists, such as `12` or `1,000+`. */
  readonly count?: string | SafeHtml | undefined;
  /** A sentence about the page. */
  readonly lead?: string | SafeHtml;
  /** The level of the heading. Default: 1, which each page has once. */
  readonly level?: 1 | 2 | 3;
  /** At most one of them is primary. */
  readonly actions?: SafeHtml | SafeHtml[];
}

/** @example pageHead({ title: "Notes", count: "12", actions: buttonLink("/notes/new", { label: "New note" }) }) */
export function pageHead({ title, count, lead, actions, level = 1 }: PageHead): SafeHtml {
  const text = html`${title}${count === undefined ? "" : html` <span class="count">${count}</span>`}`;
  return html`<header class="page-head">${heading(level, text)}
${actions === undefined ? "" : html`<div class="actions">${actions}</div>`}
${lead === undefined ? "" : html`<p class="lead">${lead}</p>`}</header>`;
}

function heading(level: NonNullable<PageHead["level"]>, text: SafeHtml): SafeHtml {
  if (level === 1) return html`<h1>${text}</h1>`;
  return level === 2 ? html`<h2>${text}</h2>` : html`<h3>${text}</h3>`;
}
