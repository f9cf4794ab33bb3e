/** Highlights the examples: wraps parts of a text in spans, which `public/home/home.css` colours by class. */
import { html, type SafeHtml } from "@remix-run/html-template";

/** The pattern of the text that gets each class. If several patterns match at the same position, the first one wins. */
type Rules = Readonly<Record<string, RegExp>>;

export const CODE: Rules = {
  string: /"[^"\n]*"/,
  keyword: /\b(?:guards|resolve)(?=:)/,
  call: /\b[a-zA-Z]+(?=\()/,
};

export const COMPILER: Rules = { bad: /error TS\d+/, string: /"[^"\n]*"/, quiet: /^\S+\(\d+,\d+\)/ };

export const DIFF: Rules = { bad: /^-.*$/, good: /^\+.*$/ };

export const CHANGES: Rules = { bad: /^WIDENS.*(?:\n- .*)*/ };

export const SHELL: Rules = { quiet: /#.*$/ };

/** @returns The text, with each match of a rule in a span of the rule's class. */
export function highlight(text: string, rules: Rules): (SafeHtml | string)[] {
  const pattern = new RegExp(
    Object.entries(rules)
      .map(([name, { source }]) => `(?<${name}>${source})`)
      .join("|"),
    "gm",
  );
  const parts: (SafeHtml | string)[] = [];
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    const [name] = Object.entries(match.groups ?? {}).find(([, value]) => value !== undefined) ?? [];
    parts.push(text.slice(end, match.index), html`<span class="${name ?? ""}">${match[0]}</span>`);
    end = match.index + match[0].length;
  }
  return [...parts, text.slice(end)];
}
