/** The JSON API of files: uploads as a form or as a raw body, the list, metadata, downloads. */
import { requireAuth } from "../../identity/guards/require-auth.ts";
import { requireCsrf } from "../../identity/guards/require-csrf.ts";
import { requireCurrentSession } from "../../identity/guards/require-current-session.ts";
import { commonLimits } from "../../identity/limits.ts";
import { signedIn } from "../../identity/scope.ts";
import { group } from "../../web/app/scope.ts";
import { contentResponses, describeBody, noBody, problemBody } from "../../web/contract/bodies.ts";
import { CONTENT_REQUEST_HEADERS } from "../../web/contract/route-properties.ts";
import { requireContentType } from "../../web/guards/require-content-type.ts";
import { requireWholeBody } from "../../web/guards/require-whole-body.ts";
import { mapPage, pageQuery } from "../../web/request/paging.ts";
import { invalidInput, type ProblemLocals, problem } from "../../web/respond/problem.ts";
import { serveContent } from "../../web/respond/serve-content.ts";
import { readBody } from "./body.ts";
import { downloadOf } from "./download.ts";
import { requireDeclaredLength, requireFileQuotas, requireOwnFile } from "./guards.ts";
import { readParts } from "./multipart.ts";
import { refusalOf } from "./refuse-upload.ts";
import { removeFile } from "./remove-file.ts";
import { requireUploadSlot } from "./require-upload-slot.ts";
import {
  contentBody,
  downloadQuery,
  fileBody,
  filesBody,
  MAX_FILE_BYTES,
  MAX_PARTS,
  MAX_REQUEST_BYTES,
  namedFile,
  toFile,
  uploadBody,
} from "./schema.ts";
import { listFiles } from "./store.ts";
import { type StoredUpload, storeUpload, type UploadRefusal } from "./store-upload.ts";
import { requireValidKey } from "./upload-key.ts";
import { uploadFromBody, uploadsFromForm } from "./upload-source.ts";

const { route } = signedIn;

const refusedUpload = {
  400: describeBody(problemBody, { description: "The body is cut off or malformed." }),
  410: describeBody(problemBody, { description: "The upload with this key was stored, and has been deleted since." }),
  413: describeBody(problemBody, { description: "The body or a file is too large." }),
  422: describeBody(problemBody, { description: "A quota of files is used up, or the key was used for other files." }),
};

const REPLAYED = { "Idempotency-Replayed": "`true` if an earlier request with this key has stored the files." };

const encodedPart = describeBody(problemBody, { description: "A part is encoded, or has parts of its own." });

export const api = group({
  cors: true,
  guards: [...commonLimits, requireAuth, requireCsrf],
  handlers: [
    route.get("/api/files", {
      summary: "List files, newest first",
      request: { query: pageQuery },
      responses: { 200: filesBody },
      resolve: async ({ input, locals }) => {
        if (!input.ok) return invalidInput(locals, input);
        const page = await listFiles(locals.db, locals.user.id, input.query);
        return Response.json(mapPage(page, toFile));
      },
    }),

    route.post("/api/files", {
      summary: "Upload the files of a form",
      responses: {
        201: describeBody(uploadBody, { optionalHeaders: REPLAYED }),
        ...refusedUpload,
        415: encodedPart,
      },
      guards: [
        requireContentType(["multipart/form-data"]),
        requireDeclaredLength(MAX_REQUEST_BYTES),
        requireUploadSlot,
        requireValidKey,
        requireFileQuotas,
      ],
      resolve: async ({ request, locals }) => {
        const parts = readParts(request, readBody(request, MAX_REQUEST_BYTES, locals.slot), MAX_PARTS);
        const stored = await storeUpload(locals, uploadsFromForm(parts));
        if (!("files" in stored)) return refuseUpload(locals, stored);
        return Response.json({ files: stored.files }, { status: 201, headers: replayed(stored) });
      },
    }),

    route.put("/api/files/:name", {
      summary: "Upload a file",
      mediaTypes: ["*/*"],
      responses: {
        201: describeBody(fileBody, { headers: { Location: "The path of the file." }, optionalHeaders: REPLAYED }),
        ...refusedUpload,
      },
      guards: [
        requireWholeBody,
        requireDeclaredLength(MAX_FILE_BYTES),
        requireUploadSlot,
        requireValidKey,
        requireFileQuotas,
      ],
      request: { params: namedFile },
      resolve: async (c) => {
        const { input, locals } = c;
        if (!input.ok) return invalidInput(locals, input);
        const stored = await storeUpload(locals, uploadFromBody(c, input.params.name));
        if (!("files" in stored)) return refuseUpload(locals, stored);
        const [file] = stored.files;
        const headers = { Location: `/api/files/${file?.id}`, ...replayed(stored) };
        return Response.json(file, { status: 201, headers });
      },
    }),

    route.get("/api/files/:id", {
      summary: "Read the metadata of a file",
      responses: { 200: fileBody },
      guards: [requireOwnFile],
      resolve: ({ locals }) => Response.json(toFile(locals.file)),
    }),

    route.delete("/api/files/:id", {
      summary: "Delete a file",
      responses: { 204: noBody },
      guards: [requireOwnFile],
      resolve: async ({ locals }) => {
        await removeFile(locals);
        return new Response(null, { status: 204 });
      },
    }),

    route.get("/files/:id", {
      summary: "Download a file",
      requestHeaders: CONTENT_REQUEST_HEADERS,
      responses: contentResponses(contentBody),
      guards: [requireCurrentSession, requireOwnFile],
      request: { query: downloadQuery },
      resolve: (c) => {
        const isInline = c.input.ok && c.input.query.inline === "1";
        return serveContent(c, downloadOf(c.locals.file, c.locals.env.FILES, isInline));
      },
    }),
  ],
});

function refuseUpload(locals: ProblemLocals, refusal: UploadRefusal): Response {
  const { status, message, members } = refusalOf(refusal, "To store it again, use a new Idempotency-Key.");
  return problem(locals, status, message, members && { members });
}

function replayed({ isRepeated }: StoredUpload): Readonly<Record<string, string>> {
  return isRepeated ? { "Idempotency-Replayed": "true" } : {};
}
