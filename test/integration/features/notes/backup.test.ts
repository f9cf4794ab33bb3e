/** A backup of notes, imported into a new database: their positions stay exact, and the notes stay their owners'. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openDatabase } from "../../../../scripts/backup/database.ts";
import { dropSearchIndexes } from "../../../../scripts/backup/search-indexes.ts";
import { readWrangler } from "../../../../scripts/wrangler.ts";

const folder = join(import.meta.dirname, "../../../../migrations");
const MIGRATIONS = readdirSync(folder)
  .sort()
  .map((file) => readFileSync(join(folder, file), "utf8"));

/** The first user, the first whose positions would be inexact with places of 32 bits, and the last whose are exact. */
const NUMBERS = [1, 2 ** 21, 2 ** 25 - 1];
const PLACES = [1, 2 ** 28 - 2, 2 ** 28 - 1];

const ROWS = NUMBERS.map(
  (number) => `
    INSERT INTO users (number, id, email, name, role, password_hash, created_at)
    VALUES (${number}, 'u${number}', '${number}@example.com', 'Ada', 'user', 'h', 't');
    INSERT INTO notes (position, id, owner_id, title, body, version, created_at, updated_at)
    SELECT (${number} << 28) + value, ${number} || '-' || value, 'u${number}', 'A title', '', 1, 't', 't'
    FROM json_each('${JSON.stringify(PLACES)}');`,
).join("");

const EXPECTED = NUMBERS.flatMap((number) =>
  PLACES.map((place) => ({ owner_id: `u${number}`, position: String((BigInt(number) << 28n) + BigInt(place)) })),
);

test("a backup keeps the positions of notes exactly, up to user 2^25 - 1", { timeout: 300_000 }, async () => {
  const path = mkdtempSync(join(tmpdir(), "notes-backup-"));
  const open = (name: string) => {
    const config = join(path, name, "wrangler.json");
    mkdirSync(join(path, name));
    const database = { binding: "DB", database_name: name, database_id: name };
    writeFileSync(config, JSON.stringify({ name, compatibility_date: "2026-11-01", d1_databases: [database] }));
    const importFile = (file: string) =>
      readWrangler(["d1", "execute", "DB", "--local", "--config", config, "--yes", "--file", file]);
    return { ...openDatabase(["--local", "--config", config]), importFile };
  };
  try {
    const [from, to] = [open("from"), open("to")];
    const [rows, backup] = [join(path, "rows.sql"), join(path, "backup.sql")];
    writeFileSync(rows, [...MIGRATIONS, ROWS].join("\n"));
    from.importFile(rows);
    await dropSearchIndexes(from.execute);
    from.exportTo(backup);
    to.importFile(backup);
    const positions = "SELECT owner_id, CAST(position AS TEXT) AS position FROM notes ORDER BY notes.position";
    expect(await to.execute(positions)).toEqual(EXPECTED);
  } finally {
    rmSync(path, { recursive: true });
  }
});
