/** Runs modules one after another, and prints as JSON what each of them printed and the error that ended it. */

/** The lines that Node prints for an uncaught error, without its stack. */
function describeError(error: unknown): string[] {
  const code = error instanceof Error && "code" in error ? [`  code: ${JSON.stringify(error.code)}`] : [];
  return [...String(error).split("\n"), ...code];
}

const results: string[][] = [];
for (const path of process.argv.slice(2)) {
  const lines: string[] = [];
  console.log = (...values: unknown[]) => {
    lines.push(...values.map(String).join(" ").split("\n"));
  };
  console.error = (value: unknown) => {
    lines.push(...describeError(value));
  };
  await import(path).catch((error: unknown) => lines.push(...describeError(error)));
  results.push(lines);
}
process.stdout.write(JSON.stringify(results));
process.exit();

export {};
