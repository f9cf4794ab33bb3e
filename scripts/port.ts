/** Determines the port of the development server, and whether another program listens on it. */
import { connect } from "node:net";
import type { TomlObject } from "./scaffold/toml-values.ts";

/** Wrangler's own default. */
const DEFAULT_PORT = 8787;

/** The addresses of `localhost`. Clients try one, then the other, so a program on either would get their requests. */
const LOOPBACK_ADDRESSES = ["127.0.0.1", "::1"];

const MAX_PORT = 65535;

/** @param args The arguments for `wrangler dev`. @param config The content of `wrangler.toml`. @returns 0 for any free port. */
export function portFrom(args: readonly string[], { dev }: TomlObject): number {
  const [option = ""] =
    args
      .join("\n")
      .match(/(?<=^--port[=\n])\d+$/gm)
      ?.slice(-1) ?? [];
  if (option !== "") return Number(option);
  const port = typeof dev === "object" && "port" in dev ? dev.port : DEFAULT_PORT;
  return typeof port === "number" ? port : DEFAULT_PORT;
}

/** Whether a program listens on this port of the machine itself. */
export async function isPortTaken(port: number): Promise<boolean> {
  if (port === 0) return false;
  const results = await Promise.all(LOOPBACK_ADDRESSES.map((host) => accepts(host, port)));
  return results.includes(true);
}

/** The first port from this one on that no program listens on; 0, for any, if all are taken. */
export async function findFreePort(from: number): Promise<number> {
  for (let port = from; port <= MAX_PORT; port++) if (!(await isPortTaken(port))) return port;
  return 0;
}

function accepts(host: string, port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host, port });
  socket.once("connect", () => resolve(true));
  socket.once("error", () => resolve(false));
  return promise.finally(() => socket.destroy());
}
