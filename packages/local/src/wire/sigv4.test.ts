import { describe, expect, test } from "vitest";
import { parseTarget } from "./percent-encoding.js";
import { readSignature, sha256Hex } from "./sigv4.js";

/** The example of "Signature Calculations for the Authorization Header" in the S3 API reference. */
const credentials = {
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
};
const at = Date.UTC(2013, 4, 24);
const scope = "AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request";
const emptyHash = sha256Hex("");

const getObject = (change: object = {}, target = "/test.txt") => ({
  method: "GET",
  target: parseTarget(target),
  headers: {
    host: "examplebucket.s3.amazonaws.com",
    range: "bytes=0-9",
    "x-amz-content-sha256": emptyHash,
    "x-amz-date": "20130524T000000Z",
    authorization: `AWS4-HMAC-SHA256 Credential=${scope},SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41`,
    ...change,
  },
});

describe("readSignature", () => {
  test("accepts AWS's example of GET Object", () => {
    expect(() => readSignature(getObject(), credentials, at).verify("")).not.toThrow();
  });

  test("accepts AWS's example of GET Bucket (List Objects)", () => {
    const request = {
      method: "GET",
      target: parseTarget("/?max-keys=2&prefix=J"),
      headers: {
        host: "examplebucket.s3.amazonaws.com",
        "x-amz-content-sha256": emptyHash,
        "x-amz-date": "20130524T000000Z",
        authorization: `AWS4-HMAC-SHA256 Credential=${scope},SignedHeaders=host;x-amz-content-sha256;x-amz-date,Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7`,
      },
    };
    expect(() => readSignature(request, credentials, at).verify("")).not.toThrow();
  });

  test("accepts AWS's example of a presigned URL, until it expires", () => {
    const target = parseTarget(
      `/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${encodeURIComponent(scope)}&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404`,
    );
    const request = { method: "GET", target, headers: { host: "examplebucket.s3.amazonaws.com" } };
    expect(() => readSignature(request, credentials, at + 86_399_000).verify("")).not.toThrow();
    expect(() => readSignature(request, credentials, at + 86_401_000)).toThrow("Request has expired");
  });

  test.each([
    ["another header value", getObject({ range: "bytes=0-10" }), "SignatureDoesNotMatch"],
    ["another path", getObject({}, "/test2.txt"), "SignatureDoesNotMatch"],
    ["another query", getObject({}, "/test.txt?versionId=1"), "SignatureDoesNotMatch"],
    ["another body hash", getObject({ "x-amz-content-sha256": sha256Hex("x") }), "SignatureDoesNotMatch"],
    ["no signature", getObject({ authorization: undefined }), "MissingAuthenticationToken"],
    [
      "a presigned URL that lacks its date",
      getObject({}, "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=9"),
      "AuthorizationQueryParametersError",
    ],
    [
      "version 2",
      getObject({ authorization: "AWS AKIAIOSFODNN7EXAMPLE:frJIUN8DYpKDtOLCwo" }),
      "InvalidRequest",
    ],
  ])("refuses %s", (_what, request, code) => {
    expect(() => readSignature(request, credentials, at).verify("")).toThrow(
      expect.objectContaining({ code }),
    );
  });

  test("refuses a request that is older or newer than 15 minutes", () => {
    for (const now of [at + 901_000, at - 901_000]) {
      expect(() => readSignature(getObject(), credentials, now)).toThrow(
        expect.objectContaining({ code: "RequestTimeTooSkewed" }),
      );
    }
  });
});
