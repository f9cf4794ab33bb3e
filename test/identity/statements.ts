/** Executes every SQL statement of identity, mostly for rows that do not exist. */
import { env } from "cloudflare:test";
import { listOutbox, storeInOutbox } from "../../src/identity/mail/outbox.ts";
import { endOtherSessions, endSessionOf, listSessions } from "../../src/identity/sessions/session-list.ts";
import * as sessions from "../../src/identity/sessions/sessions.ts";
import * as sockets from "../../src/identity/sessions/sockets.ts";
import * as keys from "../../src/identity/tokens/api-keys.ts";
import { createEmailToken, deleteEmailToken, findTokenOwner } from "../../src/identity/tokens/email-tokens.ts";
import { useRefreshToken } from "../../src/identity/tokens/refresh-token.ts";
import { createSubmittedKey } from "../../src/identity/tokens/submitted-key.ts";
import { readTokenKeys } from "../../src/identity/tokens/token-keys.ts";
import * as credentials from "../../src/identity/users/credentials.ts";
import { countUsers, listUsers } from "../../src/identity/users/user-list.ts";
import * as users from "../../src/identity/users/users.ts";
import { createAccount } from "../harness.ts";
import { TEST_SOCKETS } from "../socket-holder.ts";

export const exceptions = {
  'SELECT recipient AS "to", subject, text, created_at AS createdAt FROM outbox ORDER BY id DESC LIMIT 50':
    "stops at its limit, in the order of an index; in development only",
  "SELECT 1 FROM users LIMIT 1": "reads one row",
};

const PAGE = { limit: 1, cursor: { direction: "previous", key: "z" } } as const;
const NOBODY = "nobody";

export async function executeStatements(): Promise<void> {
  const { DB: db } = env;
  const { user, refreshToken } = await createAccount();
  await executeUsers(user.email);
  const owner = await users.findCredentials(db, { id: user.id });
  if (!owner) throw new Error("There is no such account");
  await useRefreshToken(db, readTokenKeys(env.TOKEN_KEYS), refreshToken);
  await executeSessions(owner);
  await executeKeys(user.id);
  await executeCredentials(owner);
  await executeSockets();
  await storeInOutbox(db, { to: user.email, subject: "", text: "" });
  await listOutbox(db);
}

async function executeUsers(email: string): Promise<void> {
  const { DB: db } = env;
  await users.findCredentials(db, { email });
  await users.getUser(db, NOBODY);
  await users.readAnyUser(db);
  await users.claimFirstAdministrator(db, NOBODY, email);
  await users.rehashPassword(db, NOBODY, "old", "new");
  for (const q of ["", "a", "ada"]) {
    for (const order of ["newest", "oldest"] as const) {
      for (const direction of ["next", "previous"] as const)
        await listUsers(db, { q, order, limit: 20, cursor: { direction, key: 1 } });
    }
    await countUsers(db, { q });
  }
  await users.setRole(db, NOBODY, "user");
  const account = await createAccount();
  await users.renameUser(db, account.user, "Renamed");
  await users.deleteUser(db, account.user.id);
}

async function executeSessions(user: users.Credentials): Promise<void> {
  const { DB: db } = env;
  const started = await sessions.startCookieSession(db, { user, device: "", deviceId: null });
  const { id = "", secret = "" } = started ?? {};
  await sessions.findSession(db, { secret });
  await sessions.findSession(db, { sessionId: id, userId: user.id });
  await sessions.isLiveSession(db, id);
  await sessions.touchSession(db, id);
  const changes: [string, unknown][] = [
    ["set", 1],
    ["removed", undefined],
  ];
  await sessions.changeSessionData(db, id, new Map(changes));
  await listSessions(db, user.id, PAGE);
  await endSessionOf(db, user.id, NOBODY);
  await endOtherSessions(db, user.id, id);
  await sessions.removeSession(db, id);
}

async function executeKeys(userId: string): Promise<void> {
  const { DB: db } = env;
  await keys.createApiKey(db, userId, { name: "", permissions: [] });
  const submission = { submission: NOBODY, content: [] };
  await createSubmittedKey(db, readTokenKeys(env.TOKEN_KEYS), userId, { name: "", permissions: [] }, submission);
  await keys.listApiKeys(db, userId, PAGE);
  await keys.getApiKey(db, userId, NOBODY);
  await keys.findApiKey(db, "unknown");
  await keys.touchApiKey(db, NOBODY);
  await keys.deleteApiKey(db, userId, NOBODY);
}

async function executeCredentials(user: users.Credentials): Promise<void> {
  const { DB: db } = env;
  const token = (await createEmailToken(db, user.id, "verify")) ?? "";
  await findTokenOwner(db, token, "verify");
  await credentials.confirmAddress(db, user.id, token);
  await deleteEmailToken(db, token);
  const session = { id: NOBODY, newId: NOBODY, secretHash: "", refreshHash: null, deviceId: null };
  await credentials.renewSessionSecrets(db, user, session);
  await credentials.changePassword(db, user, "hash", session, { keepApiKeys: false });
  await credentials.resetPassword(db, user.id, token, "hash");
}

async function executeSockets(): Promise<void> {
  const { DB: db } = env;
  const socket = { id: "s", userId: NOBODY, sessionId: NOBODY, binding: TEST_SOCKETS, objectName: "o" };
  await sockets.openSocket(db, socket, { perUser: 1, perObject: 1 });
  await sockets.renewSockets(db, [socket]);
  await sockets.countSockets(db);
  // The object does not hold the socket, so its row is removed.
  await sockets.recheckSockets({ env, db }, NOBODY);
  await sockets.closeSockets(db, [socket.id]);
}
