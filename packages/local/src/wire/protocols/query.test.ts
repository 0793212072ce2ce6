import { describe, expect, test } from "vitest";
import { AwsError } from "../../errors.js";
import { parseTarget } from "../percent-encoding.js";
import { readInput } from "../read-input.js";
import { modelOf } from "../service-models.js";
import { childText, parseXml } from "../xml.js";
import { EC2_QUERY, QUERY } from "./query.js";

const model = modelOf("cloudwatch");
const read = (form: Record<string, string>, url = "/") =>
  QUERY.readCall(
    {
      method: "POST",
      target: parseTarget(url),
      headers: {},
      body: Buffer.from(new URLSearchParams(form).toString()),
    },
    model,
  );

describe("a form", () => {
  test("gives nested members, numbers, booleans and instants, as its model says", () => {
    const call = read({
      Action: "PutMetricData",
      Version: "2010-08-01",
      Namespace: "own",
      "MetricData.member.1.MetricName": "loss",
      "MetricData.member.1.Dimensions.member.1.Name": "job",
      "MetricData.member.1.Dimensions.member.1.Value": "a",
      "MetricData.member.1.Value": "0.5",
      "MetricData.member.1.Timestamp": "2026-11-22T05:00:00Z",
      "MetricData.member.2.MetricName": "error",
      "MetricData.member.2.Values.member.1": "1",
      "MetricData.member.2.Values.member.2": "2",
    });
    expect(call.operation).toBe("PutMetricData");
    expect(readInput("cloudwatch", call.operation, call.input)).toEqual({
      Namespace: "own",
      MetricData: [
        {
          MetricName: "loss",
          Dimensions: [{ Name: "job", Value: "a" }],
          Value: 0.5,
          Timestamp: new Date("2026-11-22T05:00:00Z"),
        },
        { MetricName: "error", Values: [1, 2] },
      ],
    });
  });

  test("may be the query of a GET, and may hold an empty list", () => {
    expect(read({}, "/?Action=DeleteAlarms&AlarmNames=")).toEqual({
      operation: "DeleteAlarms",
      input: { AlarmNames: [] },
    });
    expect(read({ Action: "ListMetrics" })).toEqual({ operation: "ListMetrics", input: {} });
  });

  test("whose number is none is refused, and one without an action", () => {
    expect(() => read({ Action: "PutMetricAlarm", Period: "soon" })).toThrow("Period must be a number");
    expect(() => read({ Action: "PutMetricAlarm", ActionsEnabled: "1" })).toThrow("true or false");
    expect(() => read({ Version: "1" })).toThrow("no operation");
  });
});

test("an output is XML of its model: lists of members, maps of entries, instants in ISO 8601", () => {
  const { body, headers } = QUERY.writeOutput(
    { operation: "GetMetricStatistics", input: {} },
    {
      Label: "a<b",
      Datapoints: [{ Timestamp: new Date(0), ExtendedStatistics: { p99: 1.5 }, Unit: "None" }],
    },
    model,
    "request-1",
  );
  expect(headers["content-type"]).toBe("text/xml");
  expect(body).toContain(
    '<GetMetricStatisticsResponse xmlns="http://monitoring.amazonaws.com/doc/2010-08-01/"><GetMetricStatisticsResult><Label>a&lt;b</Label><Datapoints><member><Timestamp>1970-01-01T00:00:00.000Z</Timestamp><Unit>None</Unit><ExtendedStatistics><entry><key>p99</key><value>1.5</value></entry></ExtendedStatistics></member></Datapoints></GetMetricStatisticsResult><ResponseMetadata><RequestId>request-1</RequestId></ResponseMetadata>',
  );
});

test("an error has the codes that Query's clients know", () => {
  const answer = QUERY.writeError(new AwsError("UnrecognizedClientException", "no", 403), "r");
  const root = parseXml(String(answer.body));
  expect(answer.status).toBe(403);
  expect(root.name).toBe("ErrorResponse");
  expect(childText(root.children[0]!, "Code")).toBe("InvalidClientTokenId");
  const ec2 = parseXml(
    String(EC2_QUERY.writeError(new AwsError("NotImplementedException", "no", 501), "r").body),
  );
  expect(ec2.name).toBe("Response");
  expect(childText(ec2.children[0]!.children[0]!, "Code")).toBe("NotImplementedException");
});
