/** A word about the state of something. */
import { html, type SafeHtml } from "@remix-run/html-template";

/** @param kind `good`, `warn` and `bad` have colours; never rely on the colour alone. */
export function badge(text: string, kind: "neutral" | "good" | "warn" | "bad" = "neutral"): SafeHtml {
  return html`<span class="badge${kind === "neutral" ? "" : ` ${kind}`}">${text}</span>`;
}
