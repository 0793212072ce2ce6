import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ChecksumAlgorithm, startChecksum } from "./checksum.js";

const sum = (algorithm: ChecksumAlgorithm, ...pieces: Uint8Array[]) => {
  const running = startChecksum(algorithm);
  for (const piece of pieces) running.update(piece);
  return running.digest().toString("hex");
};

describe("startChecksum", () => {
  // Check values of "123456789" from the CRC catalogue (reveng) and the SHA standards.
  test.each([
    ["crc32", "cbf43926"],
    ["crc32c", "e3069283"],
    ["crc64nvme", "ae8b14860a799888"],
    ["sha1", "f7c3bc1d808e04732adf679965ccc34ca7ae3441"],
    ["sha256", "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225"],
  ] as const)("%s has its published check value", (algorithm, expected) => {
    expect(sum(algorithm, Buffer.from("123456789"))).toBe(expected);
  });

  test("does not depend on how the data is cut", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 100 }),
        fc.nat(100),
        fc.constantFrom("crc32", "crc32c", "crc64nvme"),
        (data, at, name) => {
          expect(sum(name as ChecksumAlgorithm, data.subarray(0, at), data.subarray(at))).toBe(
            sum(name as ChecksumAlgorithm, data),
          );
        },
      ),
    );
  });
});
