/** The port of `npm start`: where it comes from, and that a taken one is refused with a port to use in its place. */
import { execFile } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { findFreePort, isPortTaken, portFrom } from "../../scripts/port.ts";
import { parseToml } from "../../scripts/scaffold/toml-values.ts";
import { projectRoot } from "../integration/build.ts";

test.each<[args: string[], toml: string, port: number]>([
  [[], "", 8787],
  [[], "[dev]\nport = 9000\n", 9000],
  [[], "[dev]\nip = '127.0.0.1'\n", 8787],
  [[], "dev = { port = 9001 }\n", 9001],
  [["--port", "8799"], "[dev]\nport = 9000\n", 8799],
  [["--port=8799"], "", 8799],
  [["--port", "1", "--port", "2"], "", 2],
  [["--inspector-port", "9229", "--port", "0"], "", 0],
  [["--inspector-port", "9229", "--local"], "", 8787],
])("%j with %j is port %i", (args, toml, port) => expect(portFrom(args, parseToml(toml))).toBe(port));

async function listen(host: string): Promise<{ port: number; server: Server }> {
  const server = createServer((socket) => socket.end());
  onTestFinished(() => void server.close());
  server.listen({ port: 0, host });
  await once(server, "listening");
  return { server, port: (server.address() as AddressInfo).port };
}

test.each(["127.0.0.1", "::1", "0.0.0.0", "::"])("npm start refuses a port that a program has on %s", async (host) => {
  const { port } = await listen(host);
  expect(await isPortTaken(port)).toBe(true);
  const start = promisify(execFile)(process.execPath, ["scripts/start.ts", "--port", `${port}`], { cwd: projectRoot });
  const { code, stdout, stderr } = await start.catch((error) => error);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  const [, named, free] = /^Port (\d+) is already in use, .*: npm start -- --port (\d+)\n$/.exec(stderr) ?? [];
  expect(Number(named)).toBe(port);
  expect(Number(free)).toBeGreaterThan(port);
  expect(await isPortTaken(Number(free))).toBe(false);
});

test("a port that its program has left is free, and any port always is", async () => {
  const { port, server } = await listen("127.0.0.1");
  server.close();
  await once(server, "close");
  expect(await isPortTaken(port)).toBe(false);
  expect(await isPortTaken(0)).toBe(false);
  expect(await findFreePort(65536)).toBe(0);
});
