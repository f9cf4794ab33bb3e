/** Adapters and wrappers written with the type names of the reference chapter. This code must compile. It never runs. */
import { z } from "zod";
import {
  type Context,
  type GuardFn,
  type Handler,
  headGuard,
  type InferSchema,
  type InferSchemaError,
  type OnErrorHandler,
  route,
  setup,
  type ValidateResult,
  type ValidationIssue,
  type ValidationPart,
  type Validator,
} from "../../../src/http/index.ts";

const show = (c: Context) => Response.json(c.input);
const users: Handler[] = [route.get("/users/:id", { resolve: show })];

// Validators.

const zodValidator: Validator<z.ZodType> = {
  validate<S extends z.ZodType>(
    schema: S,
    input: unknown,
    part: ValidationPart,
  ): ValidateResult<InferSchema<S>, InferSchemaError<S>> {
    const result = schema.safeParse(input);
    if (result.success) return { ok: true, value: result.data as InferSchema<S> };
    const issues: ValidationIssue[] = result.error.issues.map((issue) => ({
      part,
      path: issue.path.map(String),
      message: issue.message,
      code: issue.code,
    }));
    return { ok: false, issues, error: result.error as InferSchemaError<S> };
  },
};

/** A library whose schemas are functions, and one whose schemas throw. */
interface Type {
  (input: unknown): string | Error;
  readonly expression: string;
}
interface AnySchema {
  validateSync(input: unknown): unknown;
}
declare const type: Type;
declare const yup: AnySchema;
const ownValidator: Validator<Type | AnySchema> = {
  validate: (_schema, _input, part) => ({ ok: false, issues: [{ part, path: [], message: "never valid" }] }),
};

setup({ validator: zodValidator, handlers: users });
setup({
  validator: ownValidator,
  handlers: [route.post("/own", { request: { body: type, query: yup, params: {} as object }, resolve: show })],
});

/** An adapter that leaves the types to the interface, and ones whose library states its own output types. */
const shortValidator: Validator<z.ZodType> = {
  validate(schema, input, part) {
    const { success, data, error } = schema.safeParse(input);
    if (success) return { ok: true, value: data };
    return { ok: false, error, issues: error.issues.map(({ message }) => ({ part, path: [], message })) };
  },
};
interface Shape<T> {
  parse(input: unknown): T;
}
const throwingValidator: Validator<Shape<unknown>> = {
  validate<S extends Shape<unknown>>(shape: S, input: unknown, part: ValidationPart) {
    try {
      return { ok: true as const, value: shape.parse(input) as ReturnType<S["parse"]> };
    } catch (error) {
      return { ok: false as const, error, issues: [{ part, path: [], message: String(error) }] };
    }
  },
};
const asyncValidator: Validator<z.ZodType> = {
  validate: async (schema, input, part) => shortValidator.validate(schema, await input, part),
};
for (const validator of [shortValidator, throwingValidator, asyncValidator]) setup({ validator, handlers: users });

export async function validateByHand(input: unknown): Promise<Response> {
  const result = await zodValidator.validate(z.string(), input, "query");
  return Response.json(result.ok ? result.value : { issues: result.issues, error: result.error });
}

// Wrapped guards. Their context can be read and passed on, whatever locals the guard inside needs.

type AnyGuard = NonNullable<Handler["guards"]>[number];

export function logged(guard: AnyGuard, log: string[]): AnyGuard {
  return async (c) => {
    const decision = await guard(c);
    log.push(
      `${c.request.method} ${c.route.path} ${guard.name} ${"deny" in decision ? decision.deny.status : "allowed"}`,
    );
    return decision;
  };
}

export function allLogged(handlers: readonly Handler[], log: string[]): Handler[] {
  return handlers.map((handler) => ({ ...handler, guards: (handler.guards ?? []).map((guard) => logged(guard, log)) }));
}

// Guards made of guards.

export function anyOf(...guards: GuardFn[]): GuardFn {
  return async (c) => {
    let decision = await guards[0]?.(c);
    for (const guard of guards.slice(1)) {
      if (decision && "allow" in decision) return decision;
      decision = await guard(c);
    }
    return decision ?? { allow: true };
  };
}

export const unless = (isExempt: (c: Context) => boolean, guard: GuardFn): GuardFn => {
  return (c) => (isExempt(c) ? { allow: true } : guard(c));
};

export const requireKeyPermission = (permission: string): GuardFn => {
  return (c) => {
    const permissions = c.locals.permissions as string[] | undefined;
    return permissions?.includes(permission) ? { allow: true } : { deny: new Response(null, { status: 403 }) };
  };
};

export const headOnly: GuardFn = headGuard((c) => ({ allow: true, locals: { path: c.route.path } }));

/** A hook of the app that reads what a guard may have supplied. */
export const onError: OnErrorHandler = ({ context }) =>
  Response.json({ by: String(context.locals.userId ?? "nobody") }, { status: 500 });
setup({ handlers: users, onRequest: () => ({ requestId: "r1" }), onError });
