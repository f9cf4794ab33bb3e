/** Streams bytes into R2. */
import { createHash } from "node:crypto";
import { WRITE_DEADLINE_MS, withDeadline } from "../../web/platform/transient.ts";
import { BLOCK_BYTES, inBlocks, inParts, PART_BYTES, type Part } from "./blocks.ts";
import type { Chunks } from "./body.ts";
import { pipeBlocks, type Step } from "./pipe-blocks.ts";
import type { UploadSlot } from "./upload-slots.ts";

/** How long a write may make no progress. A write that responds later may still take effect. */
export const STORAGE_STALL_MS = 60_000;

/** The bytes of an object. */
export interface ObjectSource {
  readonly chunks: Chunks;
  /** The length in bytes; undefined if it is unknown. The chunks must throw if their length differs. */
  readonly length: number | undefined;
}

export interface WrittenObject {
  /** Bytes. */
  readonly size: number;
  /** In hexadecimal. */
  readonly sha256: string;
}

/**
 * Writes bytes as one object, or nothing: a failed upload is aborted. If the isolate dies first, R2 drops the parts of
 * an upload after seven days. If the length is known, bytes are passed on as they arrive; otherwise up to `PART_BYTES`
 * are held.
 *
 * @param inspect Receives the bytes in blocks; all but the last have `BLOCK_BYTES`.
 * @param slot Is touched when storage makes progress.
 * @throws {BodyError} The error of the chunks, after R2 has responded to every write.
 * @throws Any error of R2; DeadlineError if R2 does not respond.
 */
export async function writeObject(
  bucket: R2Bucket,
  key: string,
  { chunks, length }: ObjectSource,
  inspect: (block: Uint8Array) => Promise<void>,
  slot: Pick<UploadSlot, "touch">,
): Promise<WrittenObject> {
  const hash = createHash("sha256");
  let size = 0;
  async function* inspected() {
    for await (const block of inBlocks(chunks)) {
      hash.update(block);
      await inspect(block);
      size += block.byteLength;
      yield block;
    }
  }
  const inTime: Step = async (step) => {
    const result = await withDeadline(step, STORAGE_STALL_MS);
    slot.touch();
    return result;
  };
  const isStreamed = length !== undefined && length > BLOCK_BYTES;
  if (isStreamed) await pipeBlocks(inspected(), length, (body) => bucket.put(key, body), inTime);
  else await writeParts(bucket, key, inParts(inspected()), inTime);
  return { size, sha256: hash.digest("hex") };
}

async function writeParts(bucket: R2Bucket, key: string, parts: AsyncIterable<Part>, inTime: Step): Promise<void> {
  let upload: R2MultipartUpload | undefined;
  const uploaded: R2UploadedPart[] = [];
  try {
    for await (const part of parts) {
      if (!upload && part.length < PART_BYTES) return await putPart(bucket, key, part, inTime);
      if (part.length === 0) continue;
      const begun = upload ?? (await inTime(bucket.createMultipartUpload(key)));
      upload = begun;
      const send = (body: ReadableStream) => begun.uploadPart(uploaded.length + 1, body);
      uploaded.push(await pipeBlocks(part.blocks, part.length, send, inTime));
    }
    if (upload) await inTime(upload.complete(uploaded));
  } catch (error) {
    if (upload) await withDeadline(upload.abort(), WRITE_DEADLINE_MS).catch(() => {});
    throw error;
  }
}

/** Writes an object that is one part. */
async function putPart(bucket: R2Bucket, key: string, { blocks, length }: Part, inTime: Step): Promise<void> {
  const [first = new Uint8Array(), ...others] = blocks;
  if (others.length === 0) await inTime(bucket.put(key, first));
  else await pipeBlocks(blocks, length, (body) => bucket.put(key, body), inTime);
}
