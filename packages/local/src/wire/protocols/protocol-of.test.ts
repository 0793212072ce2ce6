import { describe, expect, test } from "vitest";
import { AwsError } from "../../errors.js";
import { parseTarget } from "../percent-encoding.js";
import { answersCalls, claimOf, protocolOf } from "./protocol-of.js";

describe("the protocol of a request", () => {
  test.each([
    [
      "application/x-amz-json-1.1",
      { "x-amz-target": "SageMaker.ListModels" },
      "/",
      "sagemaker",
      "x-amz-json-1.1",
      true,
    ],
    [
      "application/x-amz-json-1.0",
      { "x-amz-target": "AmazonSQS.ListQueues" },
      "/",
      "sqs",
      "x-amz-json-1.0",
      true,
    ],
    ["application/x-www-form-urlencoded; charset=utf-8", {}, "/", "iam", "text/xml", true],
    ["application/x-www-form-urlencoded", {}, "/", "ec2", "text/xml", false],
    ["", {}, "/?Action=GetCallerIdentity", "sts", "text/xml", true],
    [
      "application/cbor",
      { "smithy-protocol": "rpc-v2-cbor" },
      "/service/X/operation/Y",
      "monitoring",
      "cbor",
      true,
    ],
    ["text/xml", {}, "/2013-04-01/hostedzone", "route53", "text/xml", false],
    ["application/json", {}, "/2015-03-31/functions/", "lambda", "application/json", false],
  ])("%s of %j %s (%s) is answered as %s", (type, headers, url, service, form, calls) => {
    const protocol = protocolOf(parseTarget(url), { "content-type": type, ...headers }, service);
    const answer = protocol.writeError(new AwsError("NotImplementedException", "no", 501), "r");
    expect(answer.headers["content-type"]).toContain(form);
    expect(answersCalls(protocol)).toBe(calls);
  });
});

test("the key and the service that a request claims are read from its header or its presigned URL", () => {
  const scope = "AKID/20261122/eu-west-1/iam/aws4_request";
  const header = { authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0` };
  expect(claimOf(parseTarget("/"), header)).toEqual({ accessKeyId: "AKID", service: "iam" });
  expect(claimOf(parseTarget(`/?X-Amz-Credential=${encodeURIComponent(scope)}`), {}).service).toBe("iam");
  expect(claimOf(parseTarget("/"), {})).toEqual({});
});
