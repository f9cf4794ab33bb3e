/** The public entry of the HTTP core. It describes requests and leaves every decision to guards and handlers. */
export type {
  Context,
  HeadContext,
  InputErr,
  InputOk,
  InputState,
  RawValues,
  ValidationIssue,
  ValidationPart,
} from "./context.ts";
export { describeRoutes, type HookDescription, type RouteDescription } from "./describe.ts";
export * from "./extensions.ts";
export type { GroupOptions } from "./group.ts";
export { type Guard, type GuardFn, type GuardResult, headGuard } from "./guard.ts";
export type { CheckHandlers } from "./guard-order.ts";
export type { Handler, HandlerFn, RequestSchemas, ResponseSchemas } from "./handler.ts";
export type { OnErrorHandler, OnRequestHandler, OnResponseHandler, OnSendHandler, Outcome } from "./hooks.ts";
export { BodyTimeoutError, BodyTooLargeError, readChunks } from "./limited-body.ts";
export type { Operation, OperationsOf } from "./operation.ts";
export type { RouteParams } from "./path-params.ts";
export type { RouteConfig } from "./route.ts";
export type {
  InferInput,
  InferSchema,
  InferSchemaError,
  InferSchemaInput,
  SafeParseFailure,
  SafeParseResult,
  SafeParseSuccess,
  SchemaLike,
  ValidateErr,
  ValidateOk,
  ValidateResult,
  Validator,
} from "./schema.ts";
export { group, route, scope } from "./scope.ts";
export { type App, type Config, setup } from "./setup.ts";
export { SetupError } from "./setup-error.ts";
export { standardValidator } from "./standard-validator.ts";
