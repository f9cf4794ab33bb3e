/** Requests for the cases, and quick ways to read an answer. */

interface App {
  readonly fetch: (request: Request) => Promise<Response>;
}

/** Sends a request to an app; the path is relative to `http://localhost`. */
export function send(app: App, path: string, init?: RequestInit): Promise<Response> {
  return app.fetch(new Request(`http://localhost${path}`, init));
}

/** Sends a GET, and reads the answer's text. */
export async function read(app: App, path: string, init?: RequestInit): Promise<string> {
  return (await send(app, path, init)).text();
}

/** A POST's init. A stream needs `duplex`, which not every type library knows. */
export function posting(body: string | Uint8Array<ArrayBuffer> | ReadableStream, headers: Record<string, string> = {}) {
  return { method: "POST", body, headers, duplex: "half" };
}

/** Runs `work` with `console.error` silenced. Gives the values that were logged. */
export async function silenced(work: () => unknown): Promise<unknown[]> {
  const { error } = console;
  const logged: unknown[] = [];
  console.error = (...values: unknown[]) => {
    logged.push(...values);
  };
  try {
    await work();
  } finally {
    console.error = error;
  }
  return logged;
}

/** A request that no `Request` constructor has seen, as a careless server might pass it on. */
export function rawRequest(url: string): Request {
  return { url, method: "GET", headers: new Headers() } as Request;
}
