/** A person's initials on one of six colours. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { avatarClass, initialsOf } from "../../../../public/page/avatar.js";

/** Decorative: the name stands beside it. @param name A person's name; the same name has the same colour. */
export function avatar(name: string): SafeHtml {
  return html`<span class="${avatarClass(name)}" aria-hidden="true">${initialsOf(name)}</span>`;
}
