/** Durable Objects that fail as they do in production. */

/** The errors of an object: it was reset, or it is overloaded. */
export const OBJECT_ERRORS = {
  reset: () => Object.assign(new Error("Durable Object reset because its code was updated."), { retryable: true }),
  overloaded: () => Object.assign(new Error("Durable Object is overloaded."), { overloaded: true }),
} as const;

export type ObjectError = keyof typeof OBJECT_ERRORS;

/** How calls fail. */
interface Failure {
  readonly error: ObjectError;
  /** How many calls fail; all by default. */
  readonly times?: number;
  /** Whether the object has done its work before the call fails. */
  readonly afterEffect?: boolean;
}

/** Wraps a namespace so that calls fail. A stub stays broken after a failed call, as on the platform. */
export function createFailingNamespace<TObject extends Rpc.DurableObjectBranded | undefined>(
  namespace: DurableObjectNamespace<TObject>,
  { error, times = Number.POSITIVE_INFINITY, afterEffect = false }: Failure,
) {
  const calls: string[] = [];
  let failures = 0;
  const wrap = (stub: object) => {
    let isBroken = false;
    return new Proxy(stub, {
      get(target, name) {
        const method = Reflect.get(target, name);
        if (typeof method !== "function") return method;
        return async (...args: unknown[]) => {
          calls.push(String(name));
          if (!isBroken && failures >= times) return Reflect.apply(method, target, args);
          failures += 1;
          isBroken = true;
          if (afterEffect) await drop(await Reflect.apply(method, target, args));
          throw OBJECT_ERRORS[error]();
        };
      },
    });
  };
  const get = (id: DurableObjectId) => wrap(namespace.get(id));
  const failing = { idFromName: (name: string) => namespace.idFromName(name), get };
  // A cast: the app uses nothing else of a namespace.
  return { calls, namespace: failing as unknown as DurableObjectNamespace<TObject> };
}

/** Closes what a lost response would have opened, as the platform does. */
async function drop(response: unknown): Promise<void> {
  if (!(response instanceof Response)) return;
  response.webSocket?.accept();
  response.webSocket?.close(1000);
  await response.body?.cancel();
}
