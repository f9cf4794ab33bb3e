/** How a message is shown: links and code in its text, and the messages that form a group. */
import { describe, expect, test } from "vitest";
import { continuesGroup, parseMessage } from "../../../public/chat/message.js";
import { messageList } from "../../../src/features/chat/partials.ts";
import { HOSTILE } from "../../hostile-text.ts";
import { MESSAGE_TEXTS } from "./message-texts.ts";

const me = { id: "ada", name: "Ada" };
const grace = { id: "grace", name: "Grace" };

const render = (text: string) =>
  `${messageList("lobby", me, [{ seq: 1, id: "1", sender: me, text, at: "2026-01-01T10:00:00.000Z" }])}`;

const CHARACTERS: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };

/** As in `MESSAGE_TEXTS`, from the HTML of a page. */
async function shownIn(page: string): Promise<{ readonly shown: string; readonly attributes: readonly string[] }> {
  let shown = "";
  const attributes: string[] = [];
  const around = (name: (element: Element) => string): HTMLRewriterElementContentHandlers => ({
    element(element) {
      shown += `${name(element)}«`;
      attributes.push(...[...element.attributes].map((pair) => pair.join("=")));
      element.onEndTag(() => {
        shown += "»";
      });
    },
  });
  await new HTMLRewriter()
    .on(
      ".text a",
      around(() => "link"),
    )
    .on(
      ".text code",
      around((element) => element.getAttribute("class") ?? ""),
    )
    .on(".text", {
      text(chunk) {
        shown += chunk.text;
      },
    })
    .transform(new Response(page))
    .arrayBuffer();
  return { shown: shown.replace(/&(amp|lt|gt|quot|#39);/g, (_, name) => CHARACTERS[name] ?? ""), attributes };
}

describe("the text of a message", () => {
  test.each(MESSAGE_TEXTS)("%j is shown as %j", async (text, expected) => {
    expect((await shownIn(render(text))).shown).toBe(expected);
  });

  test.each([...HOSTILE, ...MESSAGE_TEXTS.map(([text]) => text)])("%j is complete in its parts", (text) => {
    const parts = parseMessage(text).map((part) => ("open" in part ? part.open + part.text + part.close : part.text));
    expect(parts.join("")).toBe(text);
  });

  test("has only http and https links, which reveal nothing to their target", async () => {
    const texts = [...HOSTILE, ...MESSAGE_TEXTS.map(([text]) => text)];
    const attributes = (await Promise.all(texts.map((text) => shownIn(render(text))))).flatMap(
      (shown) => shown.attributes,
    );
    const addresses = attributes.filter((attribute) => attribute.startsWith("href="));
    expect(addresses.length).toBeGreaterThan(10);
    for (const address of addresses) expect(address).toMatch(/^href=https?:\/\/[^"'<>\s\p{C}]+$/iu);
    expect([...new Set(attributes.filter((attribute) => !addresses.includes(attribute)))].sort()).toEqual([
      "class=block",
      "class=code",
      "rel=noopener noreferrer nofollow",
      "target=_blank",
    ]);
  });

  test.each([
    ["backticks", "`".repeat(4_000)],
    ["fences without an end", "```a\n".repeat(800)],
    ["fences", "```\n".repeat(1_000)],
    ["addresses", "https://a ".repeat(400)],
    ["beginnings of addresses", "http://".repeat(570)],
    ["brackets", `http://a${")".repeat(3_990)}`],
  ])("of 4,000 characters is complete: %s", (_, text) => {
    const parts = parseMessage(text).map((part) => ("open" in part ? part.open + part.text + part.close : part.text));
    expect(parts.join("")).toBe(text);
  });
});

describe("messages form a group", () => {
  const at = (time: string, senderId = "ada") => ({ senderId, at: `2026-01-01T${time}.000Z` });

  test.each([
    ["of one sender, within 5 minutes", at("10:00:00"), at("10:04:59"), true],
    ["after 5 minutes", at("10:00:00"), at("10:05:00"), false],
    ["of two senders", at("10:00:00"), at("10:00:01", "grace"), false],
  ])("%s", (_, previous, message, expected) => {
    expect(continuesGroup(previous, message)).toBe(expected);
  });

  test("the first of each shows its sender; a new day starts a group, and is named", () => {
    const times = ["01T23:50:00", "01T23:58:00", "01T23:59:00", "02T00:00:00", "02T00:01:00"];
    const messages = times.map((time, n) => ({
      seq: n + 1,
      id: `${n}`,
      sender: n === 1 ? grace : me,
      text: `${n}`,
      at: `2026-01-${time}.000Z`,
    }));
    const list = `${messageList("lobby", me, messages)}`;
    const outline = [...list.matchAll(/<li class="(day|chat-message(?: first)?)"|(\d{4}-\d\d-\d\d)<\/time>/g)];
    expect(outline.map(([, name, day]) => name ?? day)).toEqual([
      ...["day", "2026-01-01", "chat-message first", "chat-message first", "chat-message first"],
      ...["day", "2026-01-02", "chat-message first", "chat-message"],
    ]);
    expect(list.match(/class="avatar/g)).toHaveLength(4);
  });
});
