import fc from "fast-check";
import { expect, test } from "vitest";
import { type ChecksumAlgorithm, startChecksum } from "./checksum.js";
import { canJoin, joinCrcs } from "./join-crcs.js";

const crcOf = (algorithm: ChecksumAlgorithm, data: Uint8Array): string => {
  const sum = startChecksum(algorithm);
  sum.update(data);
  return sum.digest().toString("base64");
};

test.each(["crc32", "crc32c", "crc64nvme"] as const)(
  "joins %s of parts to that of the whole",
  (algorithm) => {
    expect(canJoin(algorithm)).toBe(true);
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 6 }), (pieces) => {
        const parts = pieces.map((piece) => ({ crc: crcOf(algorithm, piece), size: piece.length }));
        expect(joinCrcs(algorithm, parts)).toBe(crcOf(algorithm, Buffer.concat(pieces)));
      }),
    );
  },
);

test("joins parts of megabytes", () => {
  const parts = [8 << 20, 8 << 20, 5_000_001].map((size, seed) => Buffer.alloc(size, `part ${seed}`));
  const joined = joinCrcs(
    "crc64nvme",
    parts.map((part) => ({ crc: crcOf("crc64nvme", part), size: part.length })),
  );
  expect(joined).toBe(crcOf("crc64nvme", Buffer.concat(parts)));
});

test("knows that digests cannot be joined", () => {
  expect(canJoin("sha256")).toBe(false);
  expect(() => joinCrcs("sha256", [])).toThrow("sha256 is no CRC.");
});
