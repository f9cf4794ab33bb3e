/** The theme of pages: light, dark, or that of the system. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { csrfField } from "./csrf-field.ts";

/** `system` follows the setting of the operating system. */
export const THEMES = ["system", "light", "dark"] as const;

export type Theme = (typeof THEMES)[number];

const LABELS = { system: "System", light: "Light", dark: "Dark" } as const;

/** The switch. Without scripts, it submits a form and returns to the page (`public/page/theme.js`). */
export function themeSwitch(path: string, current: Theme, csrf: string): SafeHtml {
  const buttons = THEMES.map(
    (theme) =>
      html`<button name="theme" value="${theme}" aria-pressed="${String(theme === current)}">${LABELS[theme]}</button>`,
  );
  return html`<form class="theme" method="post" action="${path}">${csrfField(csrf)}<div class="segments" role="group" aria-label="Theme">${buttons}</div></form>`;
}
