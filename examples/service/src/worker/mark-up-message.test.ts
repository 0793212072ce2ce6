import type { Session } from "@sightline/sdk";
import { expect, test } from "vitest";
import { makeMetrics } from "../api/metrics.js";
import { type MessageWork, markUpMessage } from "./mark-up-message.js";
import { UnusableMessageError } from "./work-queue.js";

const input = "s3://roads/in/a.mp4";
const output = "s3://roads/out/a.mp4";

test.each<[string, string, RegExp]>([
  ["no JSON", "{", /^The message is no JSON/],
  ["nothing", "", /^The message is no JSON/],
  ["null", "null", /input is no object of s3:\/\/roads\//],
  ["a list", "[1]", /input is no object/],
  ["a number for the input", JSON.stringify({ input: 7, output }), /input is no object/],
  ["no output", JSON.stringify({ input }), /output is no object/],
  ["another bucket to read", JSON.stringify({ input: "s3://other/in/a.mp4", output }), /input is no object/],
  ["another bucket to write", JSON.stringify({ input, output: "s3://other/a.mp4" }), /output is no object/],
  ["a bucket that only begins like ours", JSON.stringify({ input: "s3://roads2/a.mp4", output }), /input is/],
  ["a web address", JSON.stringify({ input: "http://169.254.169.254/latest", output }), /input is no object/],
  ["a file of the machine", JSON.stringify({ input: "file:///etc/passwd", output }), /input is no object/],
  ["a key that climbs", JSON.stringify({ input: "s3://roads/in/../../a.mp4", output }), /input is no object/],
  ["an output that climbs", JSON.stringify({ input, output: "s3://roads/../x.mp4" }), /output is no object/],
  ["the bucket itself", JSON.stringify({ input: "s3://roads/", output }), /input is no object/],
  [
    "an output of another kind",
    JSON.stringify({ input, output: "s3://roads/out/a.html" }),
    /no \.mp4 of its own/,
  ],
  ["the input as output", JSON.stringify({ input, output: input }), /no \.mp4 of its own/],
])("a message with %s is put aside before S3 is asked", async (_what, body, why) => {
  let asked = 0;
  const send = async () => {
    asked += 1;
    throw new Error("asked");
  };
  const work: MessageWork = {
    session: { send, region: "us-east-1" } as unknown as Session,
    bucket: "roads",
    detector: { model: "/none.onnx" },
    maxVideoSeconds: 600,
    scratch: "/none",
    metrics: makeMetrics(),
  };
  const message = { id: "m", body, receipt: "r" };
  const refused = await markUpMessage(message, new AbortController().signal, work).catch((error) => error);
  expect(refused).toBeInstanceOf(UnusableMessageError);
  expect(refused.message).toMatch(why);
  expect(asked).toBe(0);
});
