import { expect, test } from "vitest";
import { isLost, type JobNotice, readMessage, readStartId, startId } from "./job-notice.js";

const ID = "0123456789abcdef0123456789abcdef";
const failed = (failureReason: string, more: Partial<JobNotice> = {}): JobNotice => ({
  ...{ invocationStatus: "Failed", inferenceId: ID, failureReason },
  requestParameters: { endpointName: "potholes", inputLocation: `s3://roads/jobs/${ID}/${ID}` },
  ...more,
});
const created = (key: string, bucket = "roads") => ({
  eventName: "ObjectCreated:Put",
  s3: { bucket: { name: bucket }, object: { key, eTag: "e1", sequencer: "01" } },
});
/** As Lambda words it for a destination of failures. */
const givenUp = (Records: readonly unknown[]) =>
  JSON.stringify({
    requestContext: { condition: "RetriesExhausted", approximateInvokeCount: 3 },
    requestPayload: { Records },
    responsePayload: { errorType: "Error", errorMessage: "the endpoint is not there" },
  });
const said = (message: object) => ({ Sns: { Message: JSON.stringify(message) } });

test("each start has an id of its own, which tells the video", () => {
  expect([1, 2, 3].map((start) => startId(ID, start))).toEqual([ID, `${ID}-2`, `${ID}-3`]);
  for (const start of [1, 2, 3]) expect(readStartId(startId(ID, start))).toEqual({ id: ID, start });
  for (const text of ["", "road", `${ID}-1`, `${ID}-22`, `${ID}x`, `place/${ID}`])
    expect(readStartId(text), text).toBeUndefined();
});

test.each<[boolean, string]>([
  [true, 'Received server error (0) from primary with message "The connection to container primary broke"'],
  [true, 'Received server error (500) from primary with message "InternalServerException"'],
  [true, 'Received server error (503) from primary with message "{"code":"Busy"}"'],
  [true, ""],
  [false, 'Received client error (400) from primary with message "no video stream"'],
  [false, 'Received client error (413) from primary with message "LimitExceeded"'],
  [false, 'Received server error (504) from primary with message "The video was not done within 3600000 ms"'],
  [false, 'Received server error (0) from primary with message "Your invocation timed out while waiting"'],
  [false, "The request waited longer than its RequestTTLSeconds."],
])("another start is worth while: %s, of %j", (isWorth, reason) => {
  expect(isLost(failed(reason))).toBe(isWorth);
});

test("what the service itself refused, or many instances failed at, is no lost invocation", () => {
  const { requestParameters: _none, ...own } = failed("s3://roads/input/a.mp4 is refused: it is empty.");
  expect(isLost(own)).toBe(false);
});

test("an end is told from what functions gave up, and from anything else", () => {
  const notice = failed("it broke");
  expect(readMessage(JSON.stringify(notice), "roads")).toEqual({ kind: "end", notice });
  for (const text of ["", "null", "5", "[]", "{", '{"invocationStatus":"Failed"}', '{"AlarmName":"a"}'])
    expect(readMessage(text, "roads"), text).toEqual({ kind: "other" });
});

test("what the starter gave up are the videos of its event, of its own bucket only", () => {
  const message = givenUp([created("input/a.mp4"), created("input/a.mp4", "other"), created("output/a.mp4")]);
  expect(readMessage(message, "roads")).toEqual({
    ...{ kind: "given-up", reason: "the endpoint is not there" },
    videos: [{ id: expect.stringMatching(/^[0-9a-f]{32}$/), isMarkedUp: false }],
  });
});

test("what the finisher gave up are its notices' videos, and never what was given up of such a message", () => {
  const done = { invocationStatus: "Completed", inferenceId: ID };
  expect(readMessage(givenUp([said(done), said(failed("it broke"))]), "roads")).toMatchObject({
    videos: [
      { id: ID, isMarkedUp: true },
      { id: ID, isMarkedUp: false },
    ],
  });
  const again = { ...JSON.parse(givenUp([said(done)])) };
  expect(readMessage(givenUp([said(again)]), "roads")).toMatchObject({ kind: "given-up", videos: [] });
});
