/** Files of several kinds, with an image that has a preview. */
import { crc32, deflateSync } from "node:zlib";
import type { AddSamples } from "../../samples.ts";

const KIB = 1024;

/** From the oldest to the newest: the name, the type, the content, the minutes since the upload. */
const FILES: readonly (readonly [name: string, type: string, content: Uint8Array<ArrayBuffer>, minutes: number])[] = [
  ["contract-2025-signed.pdf", "application/pdf", filler("%PDF-1.7\n", 412 * KIB), 38 * 24 * 60],
  ["backup-keys.txt.age", "application/octet-stream", filler("age-encryption.org/v1\n", 3 * KIB), 12 * 24 * 60],
  ["interview-mei.mp3", "audio/mpeg", filler("ID3", 4_700 * KIB), 3 * 24 * 60],
  ["export-notes-november.csv", "text/csv", filler("id,title,createdAt\n", 96 * KIB), 27 * 60],
  ["slides-all-hands.pdf", "application/pdf", filler("%PDF-1.7\n", 2_150 * KIB), 5 * 60],
  ["sunset-ghent.png", "image/png", sunset(160, 120), 52],
  ["policy-review.md", "text/markdown", filler("# Policy review\n", 9 * KIB), 4],
];

export const addSamples: AddSamples = async ({ ada, database, ago }) => {
  for (const [name, type, content, minutes] of FILES) {
    await ada.send("PUT", `/api/files/${name}`, content, { "Content-Type": type });
    const at = new Date(ago(minutes)).toISOString();
    await database.prepare("UPDATE files SET created_at = ? WHERE name = ?").bind(at, name).run();
  }
  return {};
};

function filler(start: string, bytes: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(start.padEnd(bytes, "candor ")));
}

/** A PNG (https://www.w3.org/TR/png-3/): a sun above the sea. */
function sunset(width: number, height: number): Uint8Array<ArrayBuffer> {
  const rows = Array.from({ length: height }, (_, y) => [
    0,
    ...Array.from({ length: width }, (_, x) => pixel(x / width, y / height)).flat(),
  ]);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2], 8);
  const image = deflateSync(Uint8Array.from(rows.flat()));
  const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
  return new Uint8Array(
    Buffer.concat([
      Buffer.from(signature),
      chunk("IHDR", header),
      chunk("IDAT", image),
      chunk("IEND", Buffer.alloc(0)),
    ]),
  );
}

function pixel(x: number, y: number): readonly number[] {
  if (Math.hypot((x - 0.62) * 4, (y - 0.5) * 3) < 0.55 && y < 0.62) return [255, 226, 150];
  if (y > 0.62) return [30 + 60 * (1 - y), 74 + 40 * (1 - y), 110].map(Math.round);
  return [250, 130 + 110 * y, 96 - 20 * y].map(Math.round);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const frame = Buffer.alloc(body.length + 8);
  frame.writeUInt32BE(data.length, 0);
  frame.set(body, 4);
  frame.writeUInt32BE(crc32(body), body.length + 4);
  return frame;
}
