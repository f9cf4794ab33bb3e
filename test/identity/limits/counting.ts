/** What the tests of the limits share: a broken limiter, and bindings that count. */
import { env } from "cloudflare:test";
import type { Env } from "../../../src/env.ts";

const isDown = () => Promise.reject(new Error("down"));

/** No object can be asked. */
export const BROKEN = {
  RATE_LIMITER: {
    idFromName: () => "id",
    get: () => ({ take: isDown, reserve: isDown, settle: isDown, clear: isDown }),
  },
} as unknown as Partial<Env>;

/** A database that counts its statements. */
export function countQueries() {
  let queries = 0;
  const DB = new Proxy(env.DB, {
    get(db, name) {
      queries += ["prepare", "batch", "exec", "withSession"].includes(String(name)) ? 1 : 0;
      return Reflect.get(db, name).bind(db);
    },
  });
  return { DB, queries: () => queries };
}

/** A namespace of limiters that counts how often one is asked. */
export function countRulings() {
  let rulings = 0;
  const { RATE_LIMITER: limiters } = env;
  const RATE_LIMITER = new Proxy(limiters, {
    get(namespace, name) {
      const method = Reflect.get(namespace, name).bind(namespace);
      if (name !== "get") return method;
      return (id: DurableObjectId) => {
        rulings += 1;
        return method(id);
      };
    },
  });
  return { RATE_LIMITER, rulings: () => rulings };
}
