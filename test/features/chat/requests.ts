import { type Account, createAccount, openBrowser, submit } from "../../harness.ts";
import { formOf, type RouteRequests } from "../../route-requests.ts";
import { message, newRoom, objectOf } from "./chat.ts";

/** All users in a room see its messages. */
const showsOthers = true;

/** A room with one message of that account. */
async function roomWith(account: Account): Promise<string> {
  const room = newRoom();
  const said = { submission: crypto.randomUUID(), text: `Hello from ${account.user.email}` };
  const { status } = await submit(await openBrowser(account), `/chat/${room}`, said);
  if (status !== 303) throw new Error(`The message was refused with ${status}`);
  return room;
}

const textsIn = async (room: string) => (await objectOf(room).history(null, 100)).map(({ seq, text }) => [seq, text]);

export const requests: RouteRequests = {
  "GET /api/rooms/:room/messages": async () => {
    const account = await createAccount();
    const path = `/api/rooms/${await roomWith(account)}/messages`;
    return { path, init: { headers: account.headers }, status: 200, showsOthers };
  },
  "GET /ws/chat/:room": async () => {
    const account = await createAccount();
    const headers = { ...account.headers, Upgrade: "websocket" };
    const frames = [message("Sent"), { type: "ping" }].map((frame) => JSON.stringify(frame));
    return { path: `/ws/chat/${await roomWith(account)}`, init: { headers }, status: 101, showsOthers, frames };
  },
  "GET /chat": async () => {
    const { headers } = await openBrowser(await createAccount());
    return { path: "/chat", init: { headers }, status: 303 };
  },
  "GET /chat/:room": async () => {
    const account = await createAccount();
    const { headers } = await openBrowser(account);
    return { path: `/chat/${await roomWith(account)}`, init: { headers }, status: 200, showsOthers };
  },
  "POST /chat/:room": async () => {
    const account = await createAccount();
    const room = await roomWith(account);
    const init = formOf(await openBrowser(account), { submission: crypto.randomUUID(), text: "Sent" });
    return { path: `/chat/${room}`, init, status: 303, showsOthers, stateOf: () => textsIn(room) };
  },
};
