/** The locals of an app without features, for apps that a test sets up itself. */
import { deriveFacts } from "../src/web/app/app-facts.ts";
import { createSupplyLocals } from "../src/web/hooks/supply-locals.ts";

const facts = { ...deriveFacts([], []), handlers: [], allowedMethods: () => [], onRequest: [], onSend: [] };

export const supplyLocals = createSupplyLocals({ ...facts, paths: { signIn: "/login" } });

/** The same in an app that has no sign-in page. */
export const supplyLocalsWithoutSignIn = createSupplyLocals(facts);
