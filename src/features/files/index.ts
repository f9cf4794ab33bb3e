/** Files of one's own: uploads by form or as they are, a list, downloads. */
import type { AppLocals } from "../../env.ts";
import type { HeadContext } from "../../http/index.ts";
import { requireAuth } from "../../identity/guards/require-auth.ts";
import { requireCsrf } from "../../identity/guards/require-csrf.ts";
import { requireOwnership } from "../../identity/guards/require-ownership.ts";
import { limitApi } from "../../identity/limits.ts";
import { signedIn } from "../../identity/scope.ts";
import type { SignedIn } from "../../identity/user.ts";
import { BodyError } from "../../web/body.ts";
import { REVALIDATED } from "../../web/cache-control.ts";
import { maxBodyBytes } from "../../web/guards/max-body-bytes.ts";
import { requireContentType } from "../../web/guards/require-content-type.ts";
import { pageQuery, toPage } from "../../web/paging.ts";
import { invalidInput, problem } from "../../web/problem.ts";
import { group, READ } from "../../web/scope.ts";
import { serveContent } from "../../web/serve-content.ts";
import { downloadOf } from "./download.ts";
import { fileOfBody, filesOfForm, type IncomingFile } from "./incoming.ts";
import { removeObjects } from "./objects.ts";
import { receiveFiles } from "./receive.ts";
import { type File, MAX_FILE_BYTES, MAX_REQUEST_BYTES, namedFile, type StoredFile } from "./schema.ts";
import { deleteFile, getFile, listFiles } from "./store.ts";

const { route } = signedIn;

/** Supplies `file`. */
const requireOwnFile = requireOwnership(async ({ raw, locals }: HeadContext<AppLocals & SignedIn>) => {
  const file = await getFile(locals.env.DB, raw.params.id ?? "");
  return file && { ownerId: file.ownerId, locals: { file } };
});

export const files = group({
  guards: [limitApi, requireAuth, requireCsrf],
  handlers: [
    route.on(READ, "/api/files", {
      request: { query: pageQuery },
      resolve: async ({ input, locals }) => {
        if (!input.ok) return invalidInput(locals, input);
        const page = toPage(await listFiles(locals.env.DB, locals.user.id, input.query), input.query.limit);
        return Response.json({ ...page, items: page.items.map(toFile) }, { headers: REVALIDATED });
      },
    }),

    route.post("/api/files", {
      guards: [requireContentType(["multipart/form-data"]), maxBodyBytes(MAX_REQUEST_BYTES)],
      resolve: async ({ request, locals }) => {
        const received = await receive(locals, filesOfForm(request));
        if (received instanceof BodyError) return problem(locals, received.status, received.message);
        return Response.json({ files: received.map(toFile) }, { status: 201, headers: REVALIDATED });
      },
    }),

    route.put("/api/files/:name", {
      guards: [maxBodyBytes(MAX_FILE_BYTES)],
      request: { params: namedFile },
      resolve: async ({ request, input, locals }) => {
        if (!input.ok) return invalidInput(locals, input);
        const received = await receive(locals, fileOfBody(request, input.params.name));
        if (received instanceof BodyError) return problem(locals, received.status, received.message);
        const [file] = received.map(toFile);
        const headers = { ...REVALIDATED, Location: `/api/files/${file?.id}` };
        return Response.json(file, { status: 201, headers });
      },
    }),

    route.on(READ, "/api/files/:id", {
      guards: [requireOwnFile],
      resolve: ({ locals }) => Response.json(toFile(locals.file), { headers: REVALIDATED }),
    }),

    route.delete("/api/files/:id", {
      guards: [requireOwnFile],
      resolve: async ({ locals: { env, ctx, file } }) => {
        await deleteFile(env.DB, file.id);
        ctx.waitUntil(removeObjects(env, [file.objectKey], true));
        return new Response(null, { status: 204 });
      },
    }),

    route.on(READ, "/files/:id", {
      guards: [requireOwnFile],
      resolve: (c) => serveContent(c, downloadOf(c.locals.file, c.locals.env.FILES, c.raw.query.inline === "1")),
    }),
  ],
});

/** Goes on when the client hangs up, so as to clear away what has come. */
function receive({ env, ctx, user }: AppLocals & SignedIn, incoming: AsyncIterable<IncomingFile>) {
  const received = receiveFiles(env, user.id, incoming);
  ctx.waitUntil(received.catch(() => {}));
  return received;
}

function toFile({ id, name, type, size, sha256, createdAt }: StoredFile): File {
  return { id, name, type, size, sha256, createdAt, url: `/files/${id}` };
}
