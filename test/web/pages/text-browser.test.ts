/** Every button and link has a text: lynx and w3m show neither icons nor `aria-label`. */
import { describe, expect, test } from "vitest";
import { facts, send } from "../../harness.ts";
import { labelsOf, routeRequests } from "../../route-requests.ts";

/** @returns The start tag of each button and link in a page that a text browser shows as empty. */
async function emptyControls(page: Response): Promise<string[]> {
  const empty: string[] = [];
  let text = "";
  const rewriter = new HTMLRewriter()
    .on("button, a", {
      element(element) {
        text = "";
        const tag = `<${element.tagName} ${[...element.attributes].map(([name, value]) => `${name}="${value}"`).join(" ")}>`;
        element.onEndTag(() => {
          if (text.trim() === "") empty.push(tag);
        });
      },
      text(chunk) {
        text += chunk.text;
      },
    })
    .on("button img, a img", {
      element(image) {
        text += image.getAttribute("alt") ?? "";
      },
    });
  await rewriter.transform(page).text();
  return empty;
}

const reads = labelsOf(facts.handlers).filter((label) => label.startsWith("GET ") && !label.startsWith("GET /api/"));

describe.each(reads)("%s", (label) => {
  test("has no button or link without a text", async () => {
    const { path, init } = (await routeRequests[label]?.()) ?? { path: label.slice("GET ".length) };
    const headers = new Headers(init?.headers);
    headers.set("Accept", "text/html");
    const response = await send(path, { ...init, headers });
    if (!response.headers.get("Content-Type")?.startsWith("text/html")) return void response.body?.cancel();
    expect(await emptyControls(response)).toEqual([]);
  });
});

test("the check finds buttons and links without a text", async () => {
  const page = new Response(
    '<a href="/"><svg></svg></a><a href="/"><img alt="x"></a><button>y</button><button aria-label="z"> </button>',
  );
  expect(await emptyControls(page)).toEqual(['<a href="/">', '<button aria-label="z">']);
});
