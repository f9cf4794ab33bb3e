/** API keys, and sessions in other browsers. */
import type { AddSamples } from "../../samples.ts";

const DAY = 24 * 60;

/** The User-Agent, and the minutes since the session was used. */
const DEVICES: readonly (readonly [string, number])[] = [
  [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 Version/18.6 Mobile/15E148 Safari/604.1",
    3 * 60,
  ],
  ["Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0", 2 * DAY],
];

export const addSamples: AddSamples = async ({ ada, database, ago }) => {
  for (const [device, minutes] of DEVICES) {
    await ada.signIn(device);
    await database
      .prepare("UPDATE sessions SET used_at = ?, created_at = ? WHERE device = ?")
      .bind(ago(minutes), ago(minutes + 4 * DAY), device)
      .run();
  }
  const permissions = ["notes:read", "notes:write"];
  await ada.send("POST", "/api/me/keys", { name: "Weekly report", permissions: permissions.slice(0, 1) });
  await ada.send("POST", "/api/me/keys", { name: "Import from the old wiki", permissions });
  await database
    .prepare("UPDATE api_keys SET created_at = ?, last_used_at = ? WHERE name = 'Weekly report'")
    .bind(new Date(ago(20 * DAY)).toISOString(), ago(2 * DAY))
    .run();
  return {};
};
