/** Adds deadlines to the bindings of a request: every call rejects if the platform does not respond in time. */
import type { Env, RequestEnv } from "../../env.ts";
import { READ_DEADLINE_MS, WRITE_DEADLINE_MS, withDeadline } from "./transient.ts";

type Method = (...values: unknown[]) => unknown;

/**
 * The deadlines of methods, by the class of the binding. D1 has its own in `request-database.ts`. R2's `put` and
 * `uploadPart` have none, since they last as long as the client sends: their caller must bound their progress.
 */
const DEADLINES_MS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  r2bucket: {
    get: READ_DEADLINE_MS,
    head: READ_DEADLINE_MS,
    list: READ_DEADLINE_MS,
    delete: WRITE_DEADLINE_MS,
    createMultipartUpload: WRITE_DEADLINE_MS,
  },
  kvnamespace: {
    get: READ_DEADLINE_MS,
    getWithMetadata: READ_DEADLINE_MS,
    list: READ_DEADLINE_MS,
    put: WRITE_DEADLINE_MS,
    delete: WRITE_DEADLINE_MS,
  },
};

const environments = new WeakMap<Env, RequestEnv>();
const bindings = new WeakMap<object, object>();

/** @returns The bindings with deadlines, and the variables; always the same object for the same `env`. */
export function addDeadlines(env: Env): RequestEnv {
  const known = environments.get(env);
  if (known) return known;
  const bound = mapValues(env, addDeadlinesToBinding);
  environments.set(env, bound);
  return bound;
}

/** The cast is safe, because `change` returns values of the same type. */
function mapValues<T extends object>(values: T, change: (value: unknown) => unknown): T {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)])) as T;
}

/** @returns Always the same object for the same binding, since other modules may use it as a key. */
function addDeadlinesToBinding(binding: unknown): unknown {
  if (typeof binding !== "object" || binding === null) return binding;
  const known = bindings.get(binding);
  if (known) return known;
  const bound = wrapBinding(binding);
  bindings.set(binding, bound);
  return bound;
}

function wrapBinding(binding: object): object {
  const kind = String(Object.getPrototypeOf(binding)?.constructor?.name).toLowerCase();
  if (kind === "durableobjectnamespace") return wrapNamespace(binding);
  const deadlines = DEADLINES_MS[kind];
  return deadlines ? replaceMethods(binding, (name, call) => bounded(call, deadlines[name])) : binding;
}

/** `get` and `getByName` return stubs. Each method of a stub is a request to the object. */
function wrapNamespace(namespace: object): object {
  return replaceMethods(namespace, (name, call) =>
    name === "get" || name === "getByName" ? (...values) => wrapStub(call(...values)) : call,
  );
}

function wrapStub(stub: unknown): unknown {
  return typeof stub === "object" && stub !== null
    ? replaceMethods(stub, (_, call) => bounded(call, WRITE_DEADLINE_MS))
    : stub;
}

function bounded(call: Method, deadlineMs: number | undefined): Method {
  return deadlineMs === undefined ? call : (...values) => withDeadline(Promise.resolve(call(...values)), deadlineMs);
}

/** Properties of a stub that are not methods of its object. */
const STUB_PROPERTIES = new Set(["id", "name", "then", "dup", "constructor"]);

function replaceMethods(target: object, replace: (name: string, call: Method) => Method): object {
  return new Proxy(target, {
    get(_, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function" || typeof name !== "string" || STUB_PROPERTIES.has(name)) return member;
      // Not `member.apply`: on a method of a stub, that would call a remote method.
      const methods = target as Readonly<Record<string, Method>>;
      return replace(name, (...values) => methods[name]?.(...values));
    },
  });
}
