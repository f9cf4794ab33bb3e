/** Runs the machine's curl. Without one, tests fail with ENOENT. */
import { execFile } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

export interface CurlResponse {
  readonly status: number;
  readonly headers: Headers;
  /** The file that curl wrote, as a whole: a resumed download has all of it. */
  readonly body: Buffer;
}

const OUTPUT = "curl-output";

/**
 * Sends one request from a folder.
 *
 * @param args Options and an address. Without `--output`, the body goes to a file that is empty before.
 * @throws If curl fails, with what it printed.
 */
export async function curl(folder: string, ...args: readonly string[]): Promise<CurlResponse> {
  const at = args.indexOf("--output");
  const output = join(folder, args[at + 1] ?? "");
  const file = at < 0 ? join(folder, OUTPUT) : output;
  if (at < 0) await rm(file, { force: true });
  const options = ["--disable", "--silent", "--show-error", "--max-time", "30", "--dump-header", "-"];
  const all = [...options, ...(at < 0 ? ["--output", OUTPUT] : []), ...args];
  const { stdout } = await promisify(execFile)("curl", all, { cwd: folder });
  // An interim response, such as 100 Continue, has a head of its own.
  const [statusLine = "", ...lines] = (stdout.trim().split("\r\n\r\n").at(-1) ?? "").split("\r\n");
  const fields = lines.map((line): [string, string] => [
    line.slice(0, line.indexOf(":")),
    line.slice(line.indexOf(":") + 1),
  ]);
  const body = await readFile(file).catch(() => Buffer.alloc(0));
  return { status: Number(statusLine.split(" ")[1]), headers: new Headers(fields), body };
}
