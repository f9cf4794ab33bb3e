/** A conversation in two rooms, over two days. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { WebSocket } from "ws";
import type { AddSamples, AgeSamples, Person, SampleContext } from "../../samples.ts";

const HOUR = 60;

type Line = readonly [sender: "ada" | "grace" | "jonas", text: string, minutes: number];

const LOBBY: readonly Line[] = [
  ["jonas", "The restore drill is done: 11 minutes from an empty account to a running app.", 22 * HOUR],
  ["jonas", "Most of it was waiting for the search index. Notes are in the wiki.", 22 * HOUR - 1],
  ["grace", "Nice. Last time it took us an hour.", 22 * HOUR - 4],
  ["grace", "Good morning! Staging is green. Who reads the policy diff before we merge?", 95],
  ["ada", "I do.", 93],
  ["ada", "It says `removes requireRole(admin)` for one route:", 92],
  [
    "ada",
    "```\nDELETE /api/admin/users/:id\n- requireAuth → requireCsrf → requireRole(admin)\n+ requireAuth → requireCsrf\n```",
    92,
  ],
  ["ada", "Every user could delete every account, so no. Details: https://example.com/reviews/42", 91],
  ["grace", "Good catch, the new group forgot its guard.", 88],
  ["grace", "Fixed, and the diff is empty now.", 71],
  ["jonas", "Then I would like to ship it today.", 40],
  ["ada", "Go ahead.", 38],
];

const RELEASES: readonly Line[] = [
  ["grace", "0.9 is out. Thanks to everybody who tested the uploads.", 26 * HOUR],
  ["ada", "The upload rate went up right away.", 25 * HOUR],
];

const DESIGN: readonly Line[] = [["jonas", "On Windows the lines of the icons look thin. Try 1.5 pixels?", 50 * HOUR]];

export const addSamples: AddSamples = async (context) => {
  await say(context, "design", DESIGN);
  await say(context, "releases", RELEASES);
  await say(context, "lobby", LOBBY);
  // The list of rooms contains the rooms that a user has visited.
  for (const room of ["design", "releases", "lobby"]) await context.ada.send("GET", `/chat/${room}`);
  // The others enter the room when the first screenshot of it is taken.
  let others: Promise<unknown> | undefined;
  return {
    chat: {
      path: "/chat/lobby",
      async ready(page) {
        others ??= Promise.all(
          [context.grace, context.jonas].map((person) => enter(new URL(page.url()).origin, person)),
        );
        await others;
        await page.locator('[data-state="open"]').waitFor();
        await page.getByRole("button", { name: /\b3\b/ }).waitFor();
      },
    },
  };
};

async function say(context: SampleContext, room: string, lines: readonly Line[]): Promise<void> {
  for (const [sender, text] of lines) await context[sender].submit(`/chat/${room}`, { text });
}

/** Keeps a socket open, so that the room shows that the person is there. */
async function enter(origin: string, { session }: Person): Promise<void> {
  const url = `${origin.replace("http", "ws")}/ws/chat/lobby`;
  const socket = new WebSocket(url, { origin, headers: { Cookie: `session=${session}` } });
  await new Promise((resolve, reject) => socket.once("message", resolve).once("error", reject));
  socket.on("error", () => {});
}

const FOLDER = ".wrangler/state/v3/do/candor-ChatRoom";

/** Sets the times of messages. */
export const ageSamples: AgeSamples = ({ checkout, ago }) => {
  const folder = join(checkout, FOLDER);
  for (const name of readdirSync(folder).filter((file) => /^[0-9a-f]{64}\.sqlite$/.test(file))) {
    const database = new DatabaseSync(join(folder, name));
    for (const [, text, minutes] of [...DESIGN, ...RELEASES, ...LOBBY])
      database.prepare("UPDATE messages SET at = ? WHERE text = ?").run(ago(minutes), text);
    database.close();
  }
};
