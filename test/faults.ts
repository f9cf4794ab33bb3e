/** Bindings whose calls fail, or respond late or never, as on a bad day of the platform. */
import type { Env } from "../src/env.ts";

/** A call of a binding. */
export interface Call {
  /** Such as `DB`. */
  readonly binding: string;
  /** The binding and its method, such as `FILES.put`; for an object also the first word of its name. */
  readonly name: string;
  /** Whether the call is certain to change nothing. Calls of objects are not. */
  readonly isRead: boolean;
}

/** Makes a call, or fails in its place. */
export type Intercept = <T>(call: Call, make: () => Promise<T>) => Promise<T>;

/** A way in which a call can fail. Only `lost response` fails after the call took effect. */
export type Failure = "lost request" | "lost response" | "overloaded";

type Errors = Readonly<Record<Failure, () => Error>>;

const objectError = (message: string, mark: object) => () => Object.assign(new Error(message), mark);
const error = (message: string) => () => new Error(message);

/** By the kind of binding: messages of the platform. */
const ERRORS = {
  D1Database: {
    "lost request": error("D1_ERROR: Network connection lost."),
    "lost response": error("D1_ERROR: D1 DB storage operation exceeded timeout which caused object to be reset."),
    overloaded: error("D1_ERROR: D1 DB is overloaded. Requests queued for too long."),
  },
  KvNamespace: {
    "lost request": error("KV GET failed: 503 Service Unavailable"),
    "lost response": error("Network connection lost."),
    overloaded: error("KV GET failed: 429 Too Many Requests"),
  },
  R2Bucket: {
    "lost request": error("put: We encountered an internal error. Please try again. (10001)"),
    "lost response": error("Network connection lost."),
    overloaded: error("put: Reduce your request rate for the same object. (10058)"),
  },
  DurableObjectNamespace: {
    "lost request": objectError("Durable Object reset because its code was updated.", { retryable: true }),
    "lost response": objectError("Network connection lost.", { retryable: true }),
    overloaded: objectError("Durable Object is overloaded. Too many requests queued.", { overloaded: true }),
  },
  RateLimit: {
    "lost request": error("internal error; reference = 0123456789abcdef"),
    "lost response": error("Network connection lost."),
    overloaded: error("internal error; reference = 0123456789abcdef"),
  },
} as const satisfies Record<string, Errors>;

type Kind = keyof typeof ERRORS;

function kindOf(binding: unknown): Kind | undefined {
  if (typeof binding !== "object" || binding === null) return undefined;
  const name: unknown = Object.getPrototypeOf(binding)?.constructor?.name;
  const kinds = Object.keys(ERRORS) as Kind[];
  return (
    kinds.find((kind) => kind.toLowerCase() === String(name).toLowerCase()) ??
    ("limit" in binding ? "RateLimit" : undefined)
  );
}

const kinds = new WeakMap<Call, Kind>();

/** Fails in place of a call. @param make Makes the call, which has its effect if only the response is lost. */
export async function fail(call: Call, failure: Failure, make: () => Promise<unknown>): Promise<never> {
  if (failure === "lost response") await make();
  throw ERRORS[kinds.get(call) ?? "D1Database"][failure]();
}

/** The same bindings, with every call through `intercept`. Variables and secrets stay as they are. */
export function intercepted(bindings: Env, intercept: Intercept): Env {
  const entries = Object.entries(bindings).map(([binding, value]: [string, unknown]) => {
    const kind = kindOf(value);
    if (!kind) return [binding, value];
    const through = <T>(method: string, isRead: boolean, make: () => Promise<T>) => {
      const call = { binding, name: `${binding}.${method}`, isRead };
      kinds.set(call, kind);
      return intercept(call, make);
    };
    return [binding, WRAPPERS[kind](value, through)];
  });
  return Object.fromEntries(entries);
}

type Through = <T>(method: string, isRead: boolean, make: () => Promise<T>) => Promise<T>;

// Casts: each wrapper takes bindings of its own kind only.
const WRAPPERS: Readonly<Record<Kind, (binding: unknown, through: Through) => unknown>> = {
  D1Database: (binding, through) => wrapDatabase(binding as D1Database, through),
  KvNamespace: (binding, through) =>
    wrapMethods(binding as object, { reads: ["get", "getWithMetadata", "list"], writes: ["put", "delete"] }, through),
  R2Bucket: (binding, through) => wrapBucket(binding as R2Bucket, through),
  DurableObjectNamespace: (binding, through) => wrapNamespace(binding as DurableObjectNamespace, through),
  RateLimit: (binding, through) => wrapMethods(binding as object, { reads: [], writes: ["limit"] }, through),
};

type Method = (...values: unknown[]) => Promise<unknown>;

/** Passes the named methods through; the others are called directly. */
function wrapMethods<T extends object>(
  target: T,
  { reads, writes }: { readonly reads: readonly string[]; readonly writes: readonly string[] },
  through: Through,
  replace: (name: string, result: unknown) => unknown = (_, result) => result,
): T {
  return new Proxy(target, {
    get(_, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function" || typeof name !== "string") return member;
      const method = member as Method;
      if (![...reads, ...writes].includes(name)) return (...values: unknown[]) => method.apply(target, values);
      return (...values: unknown[]) =>
        through(name, reads.includes(name), async () => replace(name, await method.apply(target, values)));
    },
  });
}

function wrapDatabase(database: D1Database, through: Through): D1Database {
  const originals = new WeakMap<D1PreparedStatement, D1PreparedStatement>();
  const isRead = (sql: string) => /^\s*SELECT\b/i.test(sql);
  const reads = new WeakSet<D1PreparedStatement>();
  const wrapStatement = (sql: string, statement: D1PreparedStatement): D1PreparedStatement => {
    const label = sql.replace(/\s+/g, " ").trim().slice(0, 40);
    const wrapped = new Proxy(statement, {
      get(_, name) {
        const member: unknown = Reflect.get(statement, name, statement);
        if (typeof member !== "function" || typeof name !== "string") return member;
        const method = member as Method;
        if (name === "bind") return (...values: unknown[]) => wrapStatement(sql, statement.bind(...values));
        return (...values: unknown[]) =>
          through(`${name}(${label})`, isRead(sql), () => method.apply(statement, values));
      },
    });
    originals.set(wrapped, statement);
    if (isRead(sql)) reads.add(wrapped);
    return wrapped;
  };
  const wrapSession = <T extends D1Database | D1DatabaseSession>(session: T): T =>
    new Proxy(session, {
      get(_, name) {
        if (name === "prepare") return (sql: string) => wrapStatement(sql, session.prepare(sql));
        if (name === "batch")
          return (statements: D1PreparedStatement[]) =>
            through(
              "batch",
              statements.every((each) => reads.has(each)),
              () => session.batch(statements.map((each) => originals.get(each) ?? each)),
            );
        if (name === "withSession" && "withSession" in session)
          return (given?: string) => wrapSession(session.withSession(given));
        const member: unknown = Reflect.get(session, name, session);
        return typeof member === "function" ? member.bind(session) : member;
      },
    });
  return wrapSession(database);
}

function wrapBucket(bucket: R2Bucket, through: Through): R2Bucket {
  const methods = { reads: ["get", "head", "list"], writes: ["put", "delete", "createMultipartUpload"] };
  return wrapMethods(bucket, methods, through, (name, result) => {
    if (name === "createMultipartUpload")
      return wrapMethods(
        result as R2MultipartUpload,
        { reads: [], writes: ["uploadPart", "complete", "abort"] },
        through,
      );
    return name === "get" && result !== null && "body" in (result as object)
      ? wrapBody(result as R2ObjectBody, through)
      : result;
  });
}

/** The first bytes of a body are a call of their own: `get` has succeeded when they fail. */
function wrapBody(object: R2ObjectBody, through: Through): R2ObjectBody {
  const gate = () =>
    new TransformStream<Uint8Array, Uint8Array>({ start: () => through("get.body", false, async () => undefined) });
  return new Proxy(object, {
    get(_, name) {
      const member: unknown = Reflect.get(object, name, object);
      if (name === "body") return object.body.pipeThrough(gate());
      return typeof member === "function" ? member.bind(object) : member;
    },
  });
}

function wrapNamespace(namespace: DurableObjectNamespace, through: Through): DurableObjectNamespace {
  const wrapStub = (stub: DurableObjectStub): DurableObjectStub =>
    new Proxy(stub, {
      get(_, name) {
        if (typeof name !== "string" || ["id", "name", "then"].includes(name)) return Reflect.get(stub, name, stub);
        const [word = ""] = (stub.id.name ?? "").split(" ", 1);
        // Methods of a stub have no `apply`: it would be the name of a remote method.
        const methods = stub as unknown as Readonly<Record<string, Method>>;
        return (...values: unknown[]) => through(`${name} ${word}`, false, async () => methods[name]?.(...values));
      },
    });
  return new Proxy(namespace, {
    get(_, name) {
      const member: unknown = Reflect.get(namespace, name, namespace);
      if (typeof member !== "function") return member;
      const method = member as (...values: unknown[]) => unknown;
      const isStub = name === "get" || name === "getByName";
      return (...values: unknown[]) => {
        const result = method.apply(namespace, values);
        return isStub ? wrapStub(result as DurableObjectStub) : result;
      };
    },
  });
}
