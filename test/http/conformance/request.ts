/** Sends requests to an app and reads its responses. */

interface App {
  readonly fetch: (request: Request) => Promise<Response>;
}

/** Sends a request to an app; the path is relative to `http://localhost`. */
export function send(app: App, path: string, init?: RequestInit): Promise<Response> {
  return app.fetch(new Request(`http://localhost${path}`, init));
}

/** Sends a request and returns the text of the response. */
export async function read(app: App, path: string, init?: RequestInit): Promise<string> {
  return (await send(app, path, init)).text();
}

/** The init of a POST request. A stream needs `duplex`, which some type libraries lack. */
export function posting(body: string | Uint8Array<ArrayBuffer> | ReadableStream, headers: Record<string, string> = {}) {
  return { method: "POST", body, headers, duplex: "half" };
}

/** Runs `work` with `console.error` silenced. Returns the logged values. */
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

/** A request whose URL no `Request` constructor has normalized. */
export function rawRequest(url: string): Request {
  return { url, method: "GET", headers: new Headers() } as Request;
}
