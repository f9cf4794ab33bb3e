/** Texts that break out of where they are shown, if anything does, and what a page has to be with them. */
import { expect } from "vitest";

export const HOSTILE = [
  "<script>alert(1)</script>",
  '"><img src=x onerror=alert(1)>',
  "' autofocus onfocus=alert(1) x='",
  "</title></style></textarea><svg onload=alert(1)>",
  "<!-- --!> <iframe srcdoc='<script>alert(1)</script>'>",
  '</li></ul></main><form action="//evil.example"><button>',
  "<b hx-get=/logout hx-trigger=load>",
  "javascript:alert(1)",
  "'; DROP TABLE users; --",
  "a\r\nSet-Cookie: x=y",
  "\u202e\u2066evil\ufeff",
  "{{7*7}} <%= 7*7 %>",
  "&lt;b&gt; &amp;amp; &#39;",
  "__proto__",
  "http://evil.example/\"onmouseover='x",
  "𝕏é‮ 日本語 🏳️‍🌈",
];

/** As templates escape it. */
export function escaped(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replace(/[&<>"']/g, (char) => entities[char] ?? char);
}

/** What only our own templates may make, each from our own files, and what nothing may make. */
const OWN_FILES = ["script", "img", "link"];
const NEVER = ["style", "iframe", "object", "embed", "base", "b", "frame"];

/** No element or attribute of the page comes from what somebody typed. Runs in workerd, which has a parser. */
export async function expectHarmless(page: string): Promise<void> {
  const found: string[] = [];
  const watch: HTMLRewriterElementContentHandlers = {
    element(element) {
      const { tagName } = element;
      for (const [name = "", value = ""] of element.attributes) {
        if (name.startsWith("on") || name === "style" || name === "srcdoc") found.push(`${tagName} ${name}=${value}`);
        if (["src", "href", "action"].includes(name) && /^(javascript:|data:|\/\/)/i.test(value))
          found.push(`${tagName} ${name}=${value}`);
        if (name.startsWith("hx-") && value === "/logout") found.push(`${tagName} ${name}=${value}`);
      }
      const address = element.getAttribute("src") ?? element.getAttribute("href");
      if (OWN_FILES.includes(tagName) && !address?.startsWith("/static/")) found.push(`${tagName} ${address}`);
      // Icons and charts of the app have a class.
      const isOwnSvg = tagName === "svg" && ["icon", "chart"].includes(element.getAttribute("class") ?? "");
      if (NEVER.includes(tagName) && !isOwnSvg) found.push(tagName);
    },
  };
  await new HTMLRewriter().on("*", watch).transform(new Response(page)).arrayBuffer();
  expect(found).toEqual([]);
}
