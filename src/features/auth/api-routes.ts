/** Authentication in the JSON API: registration, access and refresh tokens, mailed links. */
import { unauthenticated } from "../../identity/guards/deny-unauthenticated.ts";
import { requireAuth } from "../../identity/guards/require-auth.ts";
import { requireCsrf } from "../../identity/guards/require-csrf.ts";
import { requireHashingCapacity } from "../../identity/guards/require-hashing-capacity.ts";
import { LINK_ENDED, requireLink } from "../../identity/guards/require-link.ts";
import { requireLinkOwner } from "../../identity/guards/require-link-owner.ts";
import { requireMail } from "../../identity/guards/require-mail.ts";
import { commonLimits, limitAccount, limitMails, limitSignIn } from "../../identity/limits.ts";
import { sendLink } from "../../identity/mail/links.ts";
import { isMailOn } from "../../identity/mail/providers.ts";
import { hashNewPassword } from "../../identity/passwords/check-password.ts";
import { sessionCookie } from "../../identity/sessions/cookies.ts";
import { tokenResponse, tokensBody } from "../../identity/tokens/token-response.ts";
import * as events from "../../identity/users/account-events.ts";
import { checkSignIn } from "../../identity/users/sign-in.ts";
import { createUser, toPublicUser } from "../../identity/users/users.ts";
import { group, route } from "../../web/app/scope.ts";
import { NOT_STORED } from "../../web/caching/cache-control.ts";
import { describeBody, noBody, problemBody } from "../../web/contract/bodies.ts";
import { requireJson } from "../../web/guards/require-content-type.ts";
import { invalidField, invalidInput, problem } from "../../web/respond/problem.ts";
import {
  accountBody,
  deviceTokenBody,
  EMAIL_TAKEN,
  forgotten,
  login,
  refresh,
  registeredBody,
  registration,
  reset,
  verification,
} from "./schema.ts";

/** The longest password with every character escaped, and the other fields. */
const maxBodyBytes = 8 * 1024;

const requireResetLink = requireLink("reset");
const requireVerifyLink = requireLink("verify");
const requireOwner = requireLinkOwner();

const linkEnded = describeBody(problemBody, { description: "The link has just been used or has just expired." });

export const api = group({
  cors: true,
  guards: [...commonLimits],
  handlers: [
    route.post("/api/auth/register", {
      summary: "Create an account",
      guards: [requireJson, limitSignIn, limitMails, requireHashingCapacity],
      request: { body: registration },
      responses: {
        201: describeBody(registeredBody, {
          description: "The account. A link for verifying its address is mailed, unless mail is off.",
        }),
        409: describeBody(problemBody, { description: "An account with this e-mail address already exists." }),
      },
      maxBodyBytes,
      resolve: async ({ request, input, locals }) => {
        if (!input.ok) return invalidInput(locals, input);
        const { email, name, password } = input.body;
        const hashed = hashNewPassword(locals.env, locals.hashing, input.body, password);
        if ("problem" in hashed) return invalidField(locals, "password", hashed.problem);
        const user = await createUser(locals.db, { email, name, passwordHash: hashed.hash });
        if (!user) return problem(locals, 409, EMAIL_TAKEN);
        sendLink({ request, locals }, email, "verify");
        const mail = isMailOn(locals.env) ? "on" : "off";
        return Response.json({ user: toPublicUser(user), mail }, { status: 201, headers: NOT_STORED });
      },
    }),

    route.post("/api/auth/login", {
      summary: "Sign in",
      guards: [requireJson, limitSignIn, limitAccount, requireHashingCapacity],
      request: { body: login },
      responses: {
        200: tokensBody,
        401: describeBody(problemBody, { description: "The e-mail address or the password is wrong." }),
      },
      maxBodyBytes,
      resolve: async ({ request, input, locals }) => {
        if (!input.ok) return invalidInput(locals, input);
        const checked = await checkSignIn({ request, locals }, input.body);
        const started = checked && (await events.startApiSession({ request, locals }, checked.user, checked.deviceId));
        if (!started) return unauthenticated(locals, "The e-mail address or the password is wrong.");
        return tokenResponse(locals, started.session, started.deviceToken);
      },
    }),

    route.post("/api/auth/refresh", {
      summary: "Exchange a refresh token for new tokens",
      guards: [requireJson],
      request: { body: refresh },
      responses: {
        200: tokensBody,
        401: describeBody(problemBody, { description: "The refresh token is unknown, used or expired." }),
      },
      maxBodyBytes,
      resolve: async ({ input, locals }) => {
        if (!input.ok) return invalidInput(locals, input);
        const session = await events.refreshSession({ locals }, input.body.refreshToken);
        if (!session) return unauthenticated(locals, "This refresh token is not valid. Sign in again.");
        return tokenResponse(locals, session);
      },
    }),

    route.post("/api/auth/logout", {
      summary: "Sign out, which ends the session of the request",
      guards: [requireAuth, requireCsrf],
      responses: { 204: noBody },
      resolve: async ({ request, locals }) => {
        const { auth, user, env } = locals;
        const response = new Response(null, { status: 204, headers: NOT_STORED });
        if (auth.via !== "key") await events.endSession({ locals }, user.id, auth.sessionId);
        if (auth.via === "session") sessionCookie.set(request, env, response.headers, null);
        return response;
      },
    }),

    route.post("/api/auth/forgot-password", {
      summary: "Mail a link for choosing a new password",
      guards: [requireMail, requireJson, limitSignIn, limitMails],
      request: { body: forgotten },
      responses: { 202: describeBody(noBody, { description: "The link is mailed if the address has an account." }) },
      maxBodyBytes,
      resolve: ({ request, input, locals }) => {
        if (!input.ok) return invalidInput(locals, input);
        sendLink({ request, locals }, input.body.email, "reset");
        return new Response(null, { status: 202, headers: NOT_STORED });
      },
    }),

    route.post("/api/auth/reset-password", {
      summary: "Choose a new password with a mailed link",
      guards: [requireJson, limitSignIn, requireResetLink, requireHashingCapacity],
      request: { body: reset },
      responses: { 200: deviceTokenBody, 422: linkEnded },
      maxBodyBytes,
      resolve: async ({ input, locals }) => {
        if (!input.ok) return invalidInput(locals, input);
        const { env, hashing, link } = locals;
        const hashed = hashNewPassword(env, hashing, link.user, input.body.password);
        if ("problem" in hashed) return invalidField(locals, "password", hashed.problem);
        const deviceToken = await events.resetPassword({ locals }, link, hashed.hash);
        if (deviceToken === undefined) return problem(locals, 422, LINK_ENDED);
        return Response.json({ deviceToken }, { headers: NOT_STORED });
      },
    }),

    route.post("/api/auth/verify-email", {
      summary: "Verify an e-mail address with a mailed link",
      guards: [requireJson, limitSignIn, requireVerifyLink, limitAccount, requireHashingCapacity, requireOwner],
      request: { body: verification },
      responses: { 200: accountBody, 422: linkEnded },
      maxBodyBytes,
      resolve: async ({ locals }) => {
        const user = await events.confirmAddress({ locals }, locals.link);
        if (!user) return problem(locals, 422, LINK_ENDED);
        return Response.json({ user: toPublicUser(user) }, { headers: NOT_STORED });
      },
    }),
  ],
});
