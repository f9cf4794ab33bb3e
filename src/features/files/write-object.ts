/** Streams bytes of unknown length into R2. */
import { createHash } from "node:crypto";
import { withDeadline } from "../../web/platform/transient.ts";
import type { Chunks } from "./body.ts";

/** R2's minimum size of a part, except the last one. No more of an upload is held in memory at a time. */
const PART_BYTES = 5 * 1024 * 1024;

/** For one call of R2. A call that responds later may still take effect. */
export const CALL_DEADLINE_MS = 30_000;

export interface WrittenObject {
  /** Bytes. */
  readonly size: number;
  /** In hexadecimal. */
  readonly sha256: string;
}

/**
 * Writes the chunks as one object, or nothing: a failed upload is aborted. If the isolate dies first, R2 drops the
 * parts after seven days.
 *
 * @param inspect Receives the bytes in blocks; all but the last have `PART_BYTES`.
 * @throws Any error of the chunks or of R2; DeadlineError if R2 does not respond.
 */
export async function writeObject(
  bucket: R2Bucket,
  key: string,
  chunks: Chunks,
  inspect: (block: Uint8Array) => Promise<void>,
): Promise<WrittenObject> {
  const hash = createHash("sha256");
  let size = 0;
  let upload: R2MultipartUpload | undefined;
  const parts: R2UploadedPart[] = [];
  try {
    for await (const block of inBlocks(chunks)) {
      hash.update(block);
      await inspect(block);
      size += block.byteLength;
      if (!upload && block.byteLength < PART_BYTES) await inTime(bucket.put(key, block));
      else {
        upload ??= await inTime(bucket.createMultipartUpload(key));
        parts.push(await inTime(upload.uploadPart(parts.length + 1, block)));
      }
    }
    if (upload) await inTime(upload.complete(parts));
  } catch (error) {
    if (upload) await inTime(upload.abort()).catch(() => {});
    throw error;
  }
  return { size, sha256: hash.digest("hex") };
}

function inTime<T>(call: Promise<T>): Promise<T> {
  return withDeadline(call, CALL_DEADLINE_MS);
}

/**
 * Regroups chunks into blocks of `PART_BYTES`. The last block is shorter; it is empty only if there are no bytes.
 * Blocks share memory: use one before you request the next.
 */
async function* inBlocks(chunks: Chunks): AsyncGenerator<Uint8Array, void, undefined> {
  let block = new Uint8Array(64 * 1024);
  let [filled, isEmpty] = [0, true];
  for await (const chunk of chunks) {
    for (let taken = 0; taken < chunk.byteLength; ) {
      if (filled === block.byteLength) block = enlarge(block);
      const piece = chunk.subarray(taken, taken + block.byteLength - filled);
      block.set(piece, filled);
      taken += piece.byteLength;
      filled += piece.byteLength;
      if (filled < PART_BYTES) continue;
      yield block;
      [filled, isEmpty] = [0, false];
    }
  }
  if (filled > 0 || isEmpty) yield block.subarray(0, filled);
}

/** Grows by doubling, so that small files use little memory. */
function enlarge(block: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.min(2 * block.byteLength, PART_BYTES));
  larger.set(block);
  return larger;
}
