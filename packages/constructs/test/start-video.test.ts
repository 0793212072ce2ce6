import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FakeAws } from "../../sdk/test/support/fake-aws.js";
import { loadFunction } from "./support/load-function.js";

const KEY = "input/road.mp4";
const EVENT = {
  Records: [
    {
      eventName: "ObjectCreated:Put",
      s3: { bucket: { name: "videos" }, object: { key: KEY, sequencer: "1" } },
    },
  ],
};
const ALWAYS = {
  BUCKET: "videos",
  TABLE: "jobs",
  ENDPOINT_NAME: "potholes",
  FAILED_TOPIC: "arn:aws:sns:us-east-1:111122223333:failed",
  IS_LIVE: "true",
  MAX_BYTES: "1000",
  LEASE_MS: "60000",
};
const LONG = { STATE_MACHINE: "arn:aws:states:us-east-1:111122223333:stateMachine:long", LONG_BYTES: "20" };

const importStarter = () => import("../src/handlers/start-video.js");

let aws: FakeAws;
beforeEach(async () => {
  aws = await FakeAws.start();
  aws.s3.put("videos", KEY, "\0\0\0\x18ftypisom and more");
  for (const operation of ["PutItem", "UpdateItem"]) aws.on(operation, () => ({}));
  aws.on("InvokeEndpointAsync", () => ({ InferenceId: "1" }));
  aws.on("StartExecution", () => ({
    executionArn: "arn:aws:states:us-east-1:111122223333:execution:long:1",
  }));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await aws.stop();
});

test.each([
  ["the endpoint, of a service that does not share long videos", ALWAYS, "InvokeEndpointAsync"],
  [
    "the endpoint, below the size of a long one",
    { ...ALWAYS, ...LONG, LONG_BYTES: "500" },
    "InvokeEndpointAsync",
  ],
  ["the state machine, from that size on", { ...ALWAYS, ...LONG }, "StartExecution"],
  ["the endpoint, in a dry run", { ...ALWAYS, ...LONG, IS_LIVE: "false" }, "InvokeEndpointAsync"],
])("a video goes to %s", async (_, environment, operation) => {
  const handler = await loadFunction(aws, importStarter, environment);
  await handler(EVENT);
  const ways = ["InvokeEndpointAsync", "StartExecution"];
  expect(aws.operations().filter((one) => ways.includes(one))).toEqual([operation]);
});

test("names the variables that its construct did not set", async () => {
  const { TABLE, LEASE_MS, ...others } = ALWAYS;
  await expect(loadFunction(aws, importStarter, others)).rejects.toThrow("TABLE, LEASE_MS must be set");
});
