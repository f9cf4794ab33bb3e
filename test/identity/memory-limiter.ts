/** Rate limiters in memory: thousands of accounts would open more files than a process may. */
import type { Env, RateLimiterObject, Reservation, Ruling } from "../../src/env.ts";

type Limiter = Pick<RateLimiterObject, "take" | "reserve" | "settle" | "clear">;

/** @returns A stand-in for the binding `RATE_LIMITER`. Time does not pass for it. */
export function createMemoryLimiters(): Env["RATE_LIMITER"] {
  const limiters = new Map<string, Limiter>();
  const namespace = {
    idFromName: (name: string) => name,
    get(name: string): Limiter {
      const limiter = limiters.get(name) ?? createLimiter();
      limiters.set(name, limiter);
      return limiter;
    },
  };
  // A cast: the app asks for nothing else of the namespace.
  return namespace as unknown as Env["RATE_LIMITER"];
}

function createLimiter(): Limiter {
  const admitted = new Set<number>();
  let last = 0;
  function admit(limit: number): Ruling {
    const isAdmitted = admitted.size < limit;
    if (isAdmitted) admitted.add(++last);
    return { isAdmitted, remaining: limit - admitted.size, resetMs: 60_000 };
  }
  return {
    take: async (limit) => admit(limit),
    async reserve(limit): Promise<Reservation> {
      const ruling = admit(limit);
      return { ...ruling, reservation: ruling.isAdmitted ? last : null, isUnsettled: false };
    },
    async settle(reservation, outcome) {
      if (outcome === "refund") admitted.delete(reservation);
    },
    clear: async () => admitted.clear(),
  };
}
