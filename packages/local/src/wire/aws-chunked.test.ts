import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeAwsChunked } from "./aws-chunked.js";
import { parseTarget } from "./percent-encoding.js";
import { type Authentication, readSignature } from "./sigv4.js";

const unsigned = { payloadHash: "STREAMING-UNSIGNED-PAYLOAD-TRAILER" } as Authentication;

async function decode(body: Uint8Array, pieceBytes: number, auth = unsigned) {
  async function* pieces() {
    for (let at = 0; at < body.length; at += pieceBytes) yield body.subarray(at, at + pieceBytes);
  }
  const decoded = decodeAwsChunked(pieces(), auth);
  const out: Buffer[] = [];
  for (;;) {
    const step = await decoded.next();
    if (step.done === true) return { data: Buffer.concat(out), trailers: step.value };
    out.push(Buffer.from(step.value));
  }
}

describe("decodeAwsChunked", () => {
  test("gives back any data, however it is cut into chunks and network pieces", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 60 }), { maxLength: 6 }),
        fc.integer({ min: 1, max: 90 }),
        async (chunks, pieceBytes) => {
          const framed = Buffer.concat([
            ...chunks.flatMap((chunk) => [
              Buffer.from(`${chunk.length.toString(16)}\r\n`),
              chunk,
              Buffer.from("\r\n"),
            ]),
            Buffer.from("0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n"),
          ]);
          const { data, trailers } = await decode(framed, pieceBytes);
          expect(data.equals(Buffer.concat(chunks))).toBe(true);
          expect(trailers.get("x-amz-checksum-crc32")).toBe("AAAAAA==");
        },
      ),
    );
  });

  test.each([
    ["ends inside a chunk", "5\r\nabc"],
    ["ends before the last chunk", "3\r\nabc\r\n"],
    ["has a chunk longer than it says", "3\r\nabcd\r\n0\r\n\r\n"],
    ["has a size that is no number", "xyz\r\nabc\r\n0\r\n\r\n"],
    ["never ends a line", "a".repeat(20_000)],
  ])("refuses a body that %s", async (_what, body) => {
    await expect(decode(Buffer.from(body), 1000)).rejects.toMatchObject({ code: "IncompleteBody" });
  });

  describe("of AWS's example of a signed chunked upload", () => {
    // "Signature Calculations: Transferring Payload in Multiple Chunks" in the S3 API reference.
    const auth = readSignature(
      {
        method: "PUT",
        target: parseTarget("/examplebucket/chunkObject.txt"),
        headers: {
          host: "s3.amazonaws.com",
          "x-amz-date": "20130524T000000Z",
          "x-amz-storage-class": "REDUCED_REDUNDANCY",
          "content-encoding": "aws-chunked",
          "content-length": "66824",
          "x-amz-decoded-content-length": "66560",
          "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
          authorization:
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class,Signature=4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
        },
      },
      { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" },
      Date.UTC(2013, 4, 24),
    );
    const frame = (first: Buffer) =>
      Buffer.concat([
        Buffer.from(
          "10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n",
        ),
        first,
        Buffer.from(
          "\r\n400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n",
        ),
        Buffer.alloc(1024, "a"),
        Buffer.from(
          "\r\n0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n",
        ),
      ]);

    test("accepts every signature of it", async () => {
      auth.verify("");
      const { data } = await decode(frame(Buffer.alloc(65_536, "a")), 10_000, auth);
      expect(data.equals(Buffer.alloc(66_560, "a"))).toBe(true);
    });

    test("refuses one changed byte", async () => {
      const changed = Buffer.alloc(65_536, "a");
      changed[40_000] = 98;
      await expect(decode(frame(changed), 10_000, auth)).rejects.toMatchObject({
        code: "SignatureDoesNotMatch",
      });
    });
  });
});
