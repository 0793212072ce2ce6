import { beforeEach } from "vitest";
import { aws } from "./with-fake-aws.js";

// Every test of the file that imports this has a job's log with one line.

beforeEach(() => {
  aws.on("DescribeLogStreams", () => ({ logStreams: [{ logStreamName: "p/algo-1" }] }));
  aws.on("GetLogEvents", ({ nextToken }) => ({
    events: nextToken === undefined ? [{ timestamp: 1, message: "part 1 of 2" }] : [],
    nextForwardToken: "end",
  }));
});
