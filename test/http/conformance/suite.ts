/** All conformance cases, by subject. */
import { cases as body } from "./body.ts";
import { cases as bodyLimits } from "./body-limits.ts";
import { cases as description } from "./description.ts";
import { cases as errorLevels } from "./error-levels.ts";
import { cases as errors } from "./errors.ts";
import { cases as failureRecipes } from "./failure-recipes.ts";
import { cases as guardComposition } from "./guard-composition.ts";
import { cases as guardRecipes } from "./guard-recipes.ts";
import { cases as guards } from "./guards.ts";
import { cases as head } from "./head.ts";
import { cases as headGuards } from "./head-guards.ts";
import { cases as hookRecipes } from "./hook-recipes.ts";
import { cases as input } from "./input.ts";
import { cases as levels } from "./levels.ts";
import { cases as lifecycle } from "./lifecycle.ts";
import { cases as limitedBody } from "./limited-body.ts";
import { cases as locals } from "./locals.ts";
import { cases as onSend } from "./on-send.ts";
import { cases as params } from "./params.ts";
import { cases as paths } from "./paths.ts";
import { cases as query } from "./query.ts";
import { cases as reference } from "./reference.ts";
import { cases as setupErrors } from "./setup-errors.ts";
import { cases as staticFiles } from "./static-files.ts";
import { cases as table } from "./table.ts";
import { cases as thrown } from "./thrown.ts";
import { cases as urls } from "./urls.ts";
import { cases as validators } from "./validators.ts";

export const suite = {
  ...{
    lifecycle,
    locals,
    guards,
    headGuards,
    body,
    bodyLimits,
    limitedBody,
    input,
    validators,
    errors,
    thrown,
    levels,
    errorLevels,
    onSend,
    head,
  },
  ...{ paths, params, query, urls, table, description, setupErrors },
  ...{ reference, guardRecipes, guardComposition, hookRecipes, failureRecipes, staticFiles },
};
