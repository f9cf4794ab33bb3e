/** The page that shows a problem to a person. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { layout, type PageContext } from "./layout.ts";

/** A problem (RFC 9457), as a page shows it. */
export interface ShownProblem {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly requestId: string;
  /** Details for developers; absent in production. */
  readonly debug?: { readonly message: string; readonly stack?: string } | undefined;
}

/** A text that the person typed into the refused form. */
export interface TypedText {
  /** The label of its field. */
  readonly label: string;
  readonly text: string;
}

export interface ErrorPage {
  readonly problem: ShownProblem;
  /** The path of the home page, unless the context names another. */
  readonly homePath: string;
  /** The path of the page, with its query, if requesting it again may succeed. */
  readonly retryPath?: string | undefined;
  /** The path of the sign-in page, if signing in helps. */
  readonly signInPath?: string | undefined;
  readonly typed?: readonly TypedText[] | undefined;
}

/** Headings for users. For other statuses, the heading is the title of the problem. */
const HEADINGS: Readonly<Record<number, string>> = {
  400: "Invalid request",
  401: "Sign in again",
  403: "Not allowed",
  404: "Not found",
  405: "Not possible here",
  408: "The request took too long",
  413: "Too large",
  429: "Too many requests",
  500: "Something went wrong",
  503: "Temporarily unavailable",
};

/** Advice for statuses whose problem detail may not say what to do. */
const ADVICE: Readonly<Record<number, string>> = {
  404: "Check the address. The page may have been moved or deleted.",
  405: "This address only accepts submitted forms. Open the page that contains the form instead.",
  408: "Check your connection, and try again.",
  413: "Shorten the text, or choose a smaller file.",
};

/** @param context Absent if loading it failed or would have needed the database. */
export function errorPage(page: ErrorPage, context?: PageContext): SafeHtml {
  const { problem, typed = [] } = page;
  const homePath = context?.homePath ?? page.homePath;
  const { status, title, detail, requestId, debug } = problem;
  const heading = HEADINGS[status] ?? title;
  const advice = ADVICE[status];
  const content = html`<div class="${debug === undefined ? "narrow error-page" : "error-page"}">
<p class="status">${status}</p>
<h1>${heading}</h1>
<p>${detail}${advice === undefined ? "" : ` ${advice}`}</p>
${typed.length === 0 ? "" : typedTexts(typed)}
<div class="actions">${actions({ ...page, homePath })}</div>
<p class="meta">Request id: <code>${requestId}</code></p>
${debug === undefined ? "" : html`<pre tabindex="0" aria-label="Details for developers">${describeDebug(debug)}</pre>`}
</div>`;
  return layout(heading, content, context, [], { homePath });
}

function actions({ homePath, retryPath, signInPath }: ErrorPage): SafeHtml[] {
  const links = [
    ...(signInPath === undefined ? [] : [{ path: signInPath, label: "Sign in" }]),
    ...(retryPath === undefined ? [] : [{ path: retryPath, label: "Try again" }]),
    { path: homePath, label: "Go to the home page" },
  ];
  return links.map(
    ({ path, label }, index) =>
      html`<a class="${index === 0 ? "button primary" : "button"}" href="${path}">${label}</a> `,
  );
}

const MAX_ROWS = 16;

function typedTexts(typed: readonly TypedText[]): SafeHtml {
  return html`<section class="panel" aria-labelledby="typed-title">
<h2 id="typed-title">Your text</h2>
<p>Copy it before you leave this page: it may not have been saved.</p>
${typed.map(({ label, text }, index) => {
  const id = `typed-${index + 1}`;
  const rows = Math.min(MAX_ROWS, Math.max(text.split("\n").length, Math.ceil(text.length / 60)));
  // The parser drops a line break after the tag (HTML §13.1.2.5). This one saves a line break in the text.
  return html`<div class="field"><label for="${id}">${label}</label>
<textarea id="${id}" rows="${rows}" dir="auto" readonly>
${text}</textarea></div>`;
})}
</section>`;
}

function describeDebug({ message, stack = "", ...facts }: NonNullable<ShownProblem["debug"]>): string {
  return [message, stack, JSON.stringify(facts, null, 2)].join("\n\n");
}
