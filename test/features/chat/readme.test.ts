/** The conversation in the chat README, held frame by frame. */
import { expect, test, vi } from "vitest";
import readme from "../../../src/features/chat/README.md?raw";
import { createAccount } from "../../harness.ts";
import { open, type Socket } from "../../sockets.ts";

const [, conversation = ""] = /```\n(GET \/ws\/chat\/[\s\S]*?)```/.exec(readme) ?? [];
const lines = conversation.trim().split("\n");

/** What stands there as … is not known beforehand. */
function matching(frame: string): unknown {
  return JSON.parse(frame, (_, value) => (value === "…" ? expect.stringMatching(/./) : value));
}

test("goes as it says", async () => {
  const ada = await createAccount({ name: "Ada" });
  let socket: Socket | undefined;
  let received = 0;
  expect(lines.length).toBeGreaterThan(15);
  for (const line of lines) {
    if (line.startsWith("GET ")) {
      socket = await open(line.slice("GET ".length), ada.headers);
      received = 0;
    } else if (line.startsWith("→ ")) socket?.send(line.slice(2));
    else {
      received += 1;
      await vi.waitFor(() => expect(socket?.frames.length).toBeGreaterThanOrEqual(received), { timeout: 5_000 });
      expect(socket?.frames[received - 1]).toEqual(matching(line.slice(2)));
    }
  }
});
