/** Messages above the content of a page, such as the result of an action. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { csrfField } from "./csrf-field.ts";

export interface Message {
  readonly kind: "done" | "failed";
  readonly text: string;
  /** A button that posts to this path. */
  readonly action?: { readonly label: string; readonly path: string };
}

/** @param csrf The token of the session, for the action's form. */
export function messageBox({ kind, text, action }: Message, csrf: string): SafeHtml {
  return html`<div class="message ${kind}" role="${kind === "done" ? "status" : "alert"}"><p>${text}</p>${
    action
      ? html`<form method="post" action="${action.path}">${csrfField(csrf)}<button class="quiet">${action.label}</button></form>`
      : ""
  }</div>`;
}
