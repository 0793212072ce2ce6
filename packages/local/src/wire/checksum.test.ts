import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ChecksumAlgorithm, Digests, startChecksum } from "./checksum.js";

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
    ["md5", "25f9e794323b453885f5181f1b624d0b"],
    ["sha1", "f7c3bc1d808e04732adf679965ccc34ca7ae3441"],
    ["sha256", "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225"],
    [
      "sha512",
      "d9e6762dd1c8eaf6d61b3c6192fc408d4d6d5f1176d0c29169bc24e71c3f274ad27fcd5811b313d681f7e55ec02d73d499c95455b6b5bb503acf574fba8ffe85",
    ],
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
          const algorithm = name as ChecksumAlgorithm;
          const whole = sum(algorithm, data);
          expect(sum(algorithm, data.subarray(0, at), data.subarray(at))).toBe(whole);
          // Byte by byte, none of the steps that take several bytes at once are taken.
          expect(sum(algorithm, ...Array.from(data, (byte) => Uint8Array.of(byte)))).toBe(whole);
        },
      ),
    );
  });
});

test("data of more than one piece, at any offset, gives what byte by byte gives", () => {
  const bytes = Uint8Array.from({ length: 70_003 }, (_, at) => (at * at) >> 3);
  for (const algorithm of ["crc32c", "crc64nvme"] as const) {
    const slow = sum(algorithm, ...Array.from(bytes, (byte) => Uint8Array.of(byte)));
    expect(sum(algorithm, bytes)).toBe(slow);
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    expect(sum(algorithm, shifted.subarray(3))).toBe(slow);
    // Two at a time do not disturb each other.
    const [one, other] = [startChecksum(algorithm), startChecksum(algorithm)];
    for (const piece of [bytes.subarray(0, 5_000), bytes.subarray(5_000)]) {
      one.update(piece);
      other.update(Buffer.from("else"));
    }
    expect(one.digest().toString("hex")).toBe(slow);
  }
});

test("Digests gives each of several digests of the same bytes, as often as it is asked", () => {
  const digests = new Digests(["md5", undefined, "crc32", "md5"]);
  digests.update(Buffer.from("123456789"));
  for (let turn = 0; turn < 2; turn++) {
    expect(digests.of("md5").toString("hex")).toBe("25f9e794323b453885f5181f1b624d0b");
    expect(digests.of("crc32").toString("hex")).toBe("cbf43926");
  }
});
