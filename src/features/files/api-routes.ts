/** The JSON API of files: uploads by form or as they are, a list, downloads. */
import { requireAuth } from "../../identity/guards/require-auth.ts";
import { requireCsrf } from "../../identity/guards/require-csrf.ts";
import { commonLimits } from "../../identity/limits.ts";
import { signedIn } from "../../identity/scope.ts";
import { quotaExceeded } from "../../limits/quotas.ts";
import { group, READ } from "../../web/app/scope.ts";
import { REVALIDATED } from "../../web/caching/cache-control.ts";
import { requireContentType } from "../../web/guards/require-content-type.ts";
import { BodyError, readBody } from "../../web/request/body.ts";
import { pageQuery } from "../../web/request/paging.ts";
import { invalidInput, problem } from "../../web/respond/problem.ts";
import { serveContent } from "../../web/respond/serve-content.ts";
import { downloadOf } from "./download.ts";
import { requireFileQuotas, requireOwnFile } from "./guards.ts";
import { readParts } from "./multipart.ts";
import { requireDeclaredLength } from "./require-declared-length.ts";
import { MAX_FILE_BYTES, MAX_PARTS, MAX_REQUEST_BYTES, namedFile, toFile } from "./schema.ts";
import { fileOfBody, filesOfForm } from "./upload-source.ts";
import { pageOfFiles, receive, remove } from "./user-files.ts";

const { route } = signedIn;

export const api = group({
  guards: [...commonLimits, requireAuth, requireCsrf],
  handlers: [
    route.on(READ, "/api/files", {
      request: { query: pageQuery },
      resolve: async ({ input, locals }) => {
        if (!input.ok) return invalidInput(locals, input);
        return Response.json(await pageOfFiles(locals, input.query), { headers: REVALIDATED });
      },
    }),

    route.post("/api/files", {
      guards: [
        requireContentType(["multipart/form-data"]),
        requireDeclaredLength(MAX_REQUEST_BYTES),
        requireFileQuotas,
      ],
      resolve: async (c) => {
        const { request, locals } = c;
        const parts = readParts(request, readBody(request, MAX_REQUEST_BYTES), MAX_PARTS);
        const received = await receive(locals, filesOfForm(parts));
        if (received instanceof BodyError) return problem(locals, received.status, received.message);
        if (typeof received === "string") return quotaExceeded(c, received);
        return Response.json({ files: received }, { status: 201, headers: REVALIDATED });
      },
    }),

    route.put("/api/files/:name", {
      guards: [requireDeclaredLength(MAX_FILE_BYTES), requireFileQuotas],
      request: { params: namedFile },
      resolve: async (c) => {
        const { request, input, locals } = c;
        if (!input.ok) return invalidInput(locals, input);
        const received = await receive(locals, fileOfBody(request, input.params.name));
        if (received instanceof BodyError) return problem(locals, received.status, received.message);
        if (typeof received === "string") return quotaExceeded(c, received);
        const headers = { ...REVALIDATED, Location: `/api/files/${received[0]?.id}` };
        return Response.json(received[0], { status: 201, headers });
      },
    }),

    route.on(READ, "/api/files/:id", {
      guards: [requireOwnFile],
      resolve: ({ locals }) => Response.json(toFile(locals.file), { headers: REVALIDATED }),
    }),

    route.delete("/api/files/:id", {
      guards: [requireOwnFile],
      resolve: async ({ locals }) => {
        await remove(locals);
        return new Response(null, { status: 204 });
      },
    }),

    route.on(READ, "/files/:id", {
      guards: [requireOwnFile],
      resolve: (c) => serveContent(c, downloadOf(c.locals.file, c.locals.env.FILES, c.raw.query.inline === "1")),
    }),
  ],
});
