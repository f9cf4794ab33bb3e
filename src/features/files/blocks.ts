/** Regroups chunks of any size into blocks, and blocks into parts. */
import type { Chunks } from "./body.ts";

/** The number of bytes that are hashed, inspected and passed on at a time. */
export const BLOCK_BYTES = 64 * 1024;

/** R2's minimum size of a part, except the last one. A multiple of `BLOCK_BYTES`. */
export const PART_BYTES = 5 * 1024 * 1024;

/**
 * Regroups chunks into blocks of `BLOCK_BYTES`. The last block may be shorter; an empty source yields no block. Blocks
 * share memory: use one before you request the next.
 */
export async function* inBlocks(chunks: Chunks): AsyncGenerator<Uint8Array, void, undefined> {
  const block = new Uint8Array(BLOCK_BYTES);
  let filled = 0;
  for await (const chunk of chunks) {
    for (let taken = 0; taken < chunk.byteLength; ) {
      const piece = chunk.subarray(taken, taken + BLOCK_BYTES - filled);
      block.set(piece, filled);
      taken += piece.byteLength;
      filled += piece.byteLength;
      if (filled < BLOCK_BYTES) continue;
      yield block;
      filled = 0;
    }
  }
  if (filled > 0) yield block.subarray(0, filled);
}

/** Blocks that are held in memory until their total length is known. */
export interface Part {
  readonly blocks: readonly Uint8Array[];
  /** Bytes. */
  readonly length: number;
}

/**
 * Copies blocks of `BLOCK_BYTES` into parts of `PART_BYTES`. The last part is shorter, and may be empty. Memory grows
 * as bytes arrive, so a small file uses little.
 */
export async function* inParts(blocks: Chunks): AsyncGenerator<Part, void, undefined> {
  let held: Uint8Array[] = [];
  let length = 0;
  for await (const block of blocks) {
    held.push(block.slice());
    length += block.byteLength;
    if (length < PART_BYTES) continue;
    yield { blocks: held, length };
    [held, length] = [[], 0];
  }
  yield { blocks: held, length };
}
