/** Makes Node refuse the calls that Workers refuse while a module loads. In a Worker, they end the development server. */
import { pathToFileURL } from "node:url";
import { root } from "./wrangler.ts";

const REFUSED: readonly (readonly [owner: object, name: string])[] = [
  [globalThis, "fetch"],
  [globalThis, "setTimeout"],
  [globalThis, "setInterval"],
  [crypto, "getRandomValues"],
  [crypto, "randomUUID"],
];

/** Loads modules. Only calls from the app's own code are refused, since packages may load other files in Node. */
export async function inGlobalScope<T>(load: () => Promise<T>): Promise<T> {
  const before = REFUSED.map(([owner, name]) => Object.getOwnPropertyDescriptor(owner, name));
  for (const [owner, name] of REFUSED) {
    const value = refuseFromApp(name, Reflect.get(owner, name));
    Object.defineProperty(owner, name, { value, configurable: true, writable: true });
  }
  try {
    return await load();
  } finally {
    REFUSED.forEach(([owner, name], index) => {
      const descriptor = before[index];
      if (descriptor) Object.defineProperty(owner, name, descriptor);
      else Reflect.deleteProperty(owner, name);
    });
  }
}

function refuseFromApp(name: string, call: (...args: readonly unknown[]) => unknown) {
  const sources = `${pathToFileURL(root)}/src/`;
  return function (this: unknown, ...args: readonly unknown[]) {
    const error = new Error(
      `${name} is called while a module loads. There, Workers refuse timers, requests and random values: call it in a handler.`,
    );
    if (error.stack?.includes(sources)) throw error;
    return Reflect.apply(call, this, args);
  };
}
