/** A chat room as tests of its page use it. */
import type { Page } from "playwright-core";
import { expectSoon } from "../../fixture.ts";

export const newRoom = () => `room-${crypto.randomUUID()}`;

export async function say(page: Page, text: string): Promise<void> {
  await page.getByLabel("Message", { exact: true }).fill(text);
  await page.keyboard.press("Enter");
}

/** Says many texts at once; the page sends them at its pace. */
export async function sayAll(page: Page, texts: readonly string[]): Promise<void> {
  await page.evaluate(`for (const text of ${JSON.stringify(texts)}) {
    const form = document.querySelector("#composer");
    form.elements.text.value = text;
    form.requestSubmit();
  }`);
}

export const textsOf = (page: Page) => page.locator(".messages .text").allTextContents();

/** Waits until this number of messages is shown, all of them acknowledged. */
export async function expectMessages(page: Page, count: number): Promise<void> {
  const counts = `[...document.querySelectorAll('.chat-message, .chat-message.waiting')]`;
  await expectSoon(page, `${counts}.length === ${count} && !document.querySelector('.chat-message.waiting')`);
}

/** Whether a text is within the part of the log that is visible. */
export async function isInView(page: Page, text: string): Promise<boolean> {
  const [log, item] = [page.locator(".messages"), page.getByText(text, { exact: true }).last()];
  const [outer, inner] = [await log.boundingBox(), await item.boundingBox()];
  if (!outer || !inner) return false;
  return inner.y >= outer.y && inner.y + inner.height <= outer.y + outer.height;
}

export interface FakeRoom {
  /** Sends a frame to the page. */
  tell(frame: object): void;
  /** Sends a message with the next `seq`. */
  say(text: string, fields?: { readonly at?: string; readonly sender?: object }): void;
  /** The frames of the page. */
  readonly received: readonly { readonly type: string; readonly id?: string; readonly text?: string }[];
  /** Acknowledges the messages of the page from now on, and those that it has sent. */
  acknowledge(): void;
}

/** Replaces the sockets of a page. The user is "Zoe" with the id "me". */
export async function fakeRoom(
  page: Page,
  { seq = 0, count = 1, here = [] as readonly object[] } = {},
): Promise<FakeRoom> {
  let tell = (_frame: object) => {};
  let last = seq;
  let acknowledges = false;
  const received: { type: string; id?: string; text?: string }[] = [];
  const answer = ({ type, id, text }: { type: string; id?: string; text?: string }) => {
    if (type !== "message" || !acknowledges) return;
    last += 1;
    tell({ type: "ack", id, seq: last, text });
  };
  await page.routeWebSocket(/\/ws\/chat\//, (socket) => {
    tell = (frame) => socket.send(JSON.stringify(frame));
    socket.onMessage((data) => {
      const frame = JSON.parse(String(data));
      received.push(frame);
      answer(frame);
    });
    tell({ type: "welcome", room: "fake", you: { id: "me", name: "Zoe" }, seq: last, first: 1, count, here });
  });
  return {
    tell: (frame) => tell(frame),
    say(text, { at = new Date().toISOString(), sender = { id: "grace", name: "Grace" } } = {}) {
      last += 1;
      tell({ type: "message", seq: last, id: crypto.randomUUID(), sender, text, at });
    },
    received,
    acknowledge() {
      acknowledges = true;
      for (const frame of received) answer(frame);
    },
  };
}
