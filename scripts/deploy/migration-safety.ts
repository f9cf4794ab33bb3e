/**
 * Finds statements in migrations that break the running Worker. A deploy migrates first, so for a while the code of the
 * previous deploy runs on the new tables, and after a rollback it does so again.
 */

const BREAKING =
  /\b(?:DROP\s+(?:TABLE|VIEW)|ALTER\s+TABLE\s+(?:"[^"]*"|\[[^\]]*\]|`[^`]*`|[\w$.]+)\s+(?:DROP|RENAME))\b[^;]*/gi;

/** Such as `-- Unused since 1.4.0, deployed on 2026-11-20.` It covers the statements up to the next blank line. */
const MARKER = /--[ \t]*Unused since[ \t:]+\S/i;

/**
 * @param sql The text of a migration.
 * @returns Each statement that drops or renames a table, a view or a column, unless a comment above it says since when
 *   no deployed code uses that.
 */
export function findBreaking(sql: string): string[] {
  const code = blankComments(sql);
  return [...code.matchAll(BREAKING)]
    .filter(({ index }) => !MARKER.test(paragraphBefore(sql, index)))
    .map(([statement]) => statement.replace(/\s+/g, " ").trim());
}

/** Comments and strings become spaces, so that positions stay. */
function blankComments(sql: string): string {
  return sql.replace(/--.*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'/g, (text) => text.replace(/[^\n]/g, " "));
}

/** The text from the last blank line to the position. */
function paragraphBefore(sql: string, position: number): string {
  return (
    sql
      .slice(0, position)
      .split(/\n[ \t]*\r?\n/)
      .at(-1) ?? ""
  );
}
