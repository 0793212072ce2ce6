import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AwsChunkedDecoder } from "./aws-chunked.js";
import { parseTarget } from "./percent-encoding.js";
import { type Authentication, readSignature } from "./sigv4.js";

const unsigned = { payloadHash: "STREAMING-UNSIGNED-PAYLOAD-TRAILER" } as Authentication;

function decode(body: Uint8Array, pieceBytes: number, auth = unsigned) {
  const decoder = new AwsChunkedDecoder(auth);
  const out: Buffer[] = [];
  for (let at = 0; at < body.length; at += pieceBytes) {
    decoder.push(Buffer.from(body.subarray(at, at + pieceBytes)), (data) => out.push(data));
  }
  const trailers = decoder.end();
  return { data: Buffer.concat(out), trailers };
}

/** The signature of AWS's example objects: a PUT of 66,560 bytes in chunks. */
function signedPut(payload: string, signedHeaders: string, signature: string, more: object) {
  const request = {
    method: "PUT",
    target: parseTarget("/examplebucket/chunkObject.txt"),
    headers: {
      host: "s3.amazonaws.com",
      "x-amz-date": "20130524T000000Z",
      "x-amz-storage-class": "REDUCED_REDUNDANCY",
      "content-encoding": "aws-chunked",
      "x-amz-decoded-content-length": "66560",
      "x-amz-content-sha256": payload,
      authorization: `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=${signedHeaders},Signature=${signature}`,
      ...more,
    },
  };
  const credentials = {
    accessKeyId: "AKIAIOSFODNN7EXAMPLE",
    secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  };
  return readSignature(request, credentials, Date.UTC(2013, 4, 24));
}

/** Its three chunks of 64 kB, 1 kB and nothing, each behind its signature. */
const signedChunks = (signatures: readonly string[], first: Buffer, end: string) =>
  Buffer.concat([
    Buffer.from(`10000;chunk-signature=${signatures[0]}\r\n`),
    first,
    Buffer.from(`\r\n400;chunk-signature=${signatures[1]}\r\n`),
    Buffer.alloc(1024, "a"),
    Buffer.from(`\r\n0;chunk-signature=${signatures[2]}\r\n${end}`),
  ]);

describe("AwsChunkedDecoder", () => {
  test("gives back any data, however it is cut into chunks and network pieces", () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 60 }), { maxLength: 6 }),
        fc.integer({ min: 1, max: 90 }),
        (chunks, pieceBytes) => {
          const framed = Buffer.concat([
            ...chunks.flatMap((chunk) => [
              Buffer.from(`${chunk.length.toString(16)}\r\n`),
              chunk,
              Buffer.from("\r\n"),
            ]),
            Buffer.from("0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n"),
          ]);
          const { data, trailers } = decode(framed, pieceBytes);
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
    ["has trailing headers without end", `0\r\n${"a: b\r\n".repeat(5_000)}\r\n`],
  ])("refuses a body that %s", (_what, body) => {
    expect(() => decode(Buffer.from(body), 1000)).toThrow(
      expect.objectContaining({ code: "IncompleteBody" }),
    );
  });

  describe("of AWS's example of a signed chunked upload", () => {
    // "Signature Calculations: Transferring Payload in Multiple Chunks" in the S3 API reference.
    const auth = signedPut(
      "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
      "content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class",
      "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
      { "content-length": "66824" },
    );
    const signatures = [
      "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
      "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
      "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
    ];
    const frame = (first: Buffer) => signedChunks(signatures, first, "\r\n");

    test("accepts every signature of it", () => {
      auth.verify("");
      const { data } = decode(frame(Buffer.alloc(65_536, "a")), 10_000, auth);
      expect(data.equals(Buffer.alloc(66_560, "a"))).toBe(true);
    });

    test("refuses one changed byte", () => {
      const changed = Buffer.alloc(65_536, "a");
      changed[40_000] = 98;
      expect(() => decode(frame(changed), 10_000, auth)).toThrow(
        expect.objectContaining({ code: "SignatureDoesNotMatch" }),
      );
    });
  });

  test("finds the signature of trailing headers behind an empty line, where AWS's example has it", () => {
    // "Signature calculations: transferring a payload in multiple chunks with trailing headers".
    const auth = signedPut(
      "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
      "content-encoding;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class;x-amz-trailer",
      "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e",
      { "x-amz-trailer": "x-amz-checksum-crc32c" },
    );
    auth.verify("");
    const signatures = [
      "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
      "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
      "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992",
    ];
    const frame = (trailers: string) => signedChunks(signatures, Buffer.alloc(65_536, "a"), trailers);
    const signature =
      "x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435";
    const { data, trailers } = decode(
      frame(`x-amz-checksum-crc32c:sOO8/Q==\n\r\n${signature}\r\n\r\n`),
      10_000,
      auth,
    );
    expect(data.length).toBe(66_560);
    expect([...trailers]).toEqual([["x-amz-checksum-crc32c", "sOO8/Q=="]]);
    const refused = expect.objectContaining({ code: "SignatureDoesNotMatch" });
    expect(() => decode(frame("x-amz-checksum-crc32c:sOO8/Q==\r\n\r\n"), 10_000, auth)).toThrow(refused);
    expect(() =>
      decode(frame(`x-amz-checksum-crc32c:sOO8/g==\r\n${signature}\r\n\r\n`), 10_000, auth),
    ).toThrow(refused);
  });
});
