import { expect, test } from "vitest";
import { encodeEvent } from "./event-stream.js";

test("encodeEvent writes the bytes of the specification's layout", () => {
  // That SDK and boto3 read it is shown end to end; here only where each field lies.
  const message = encodeEvent({ ":event-type": "P" }, Buffer.from("hello"));
  const view = Buffer.from(message);
  expect(view.readUInt32BE(0)).toBe(message.length);
  expect(view.readUInt32BE(4)).toBe(1 + 11 + 1 + 2 + 1);
  expect(view.subarray(12, 28).toString("latin1")).toBe("\u000b:event-type\u0007\u0000\u0001P");
  expect(view.subarray(28, 33).toString()).toBe("hello");
  expect(message.length).toBe(37);
});
