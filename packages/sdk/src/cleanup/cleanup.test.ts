import { afterEach, beforeEach, expect, test } from "vitest";
import { FakeAws, type Input, missing, quick, Refusal } from "../../test/support/fake-aws.js";
import type { Session } from "../session.js";
import { deleteResources } from "./delete-resources.js";
import { listResources } from "./list-resources.js";

let aws: FakeAws;
let session: Session;
const arn = (kind: string, name: string) => `arn:aws:sagemaker:us-east-1:1:${kind}/${name}`;
/** What there is: kind, name and the session it was made in. */
let things: { kind: string; name: string; session: string }[];

/** Configurations that endpoints have live, by the endpoints' names. */
let live: Map<string, string>;

beforeEach(async () => {
  live = new Map();
  aws = await FakeAws.start();
  session = await aws.session();
  things = [
    { kind: "model", name: "ours", session: "test" },
    { kind: "model", name: "theirs", session: "other" },
    { kind: "training-job", name: "job", session: "test" },
    ...Array.from({ length: 150 }, (_, index) => ({ kind: "model", name: `old-${index}`, session: "old" })),
  ];
  const list = (kind: string, key: string, prefix: string) => (input: Input) => {
    const all = things.filter((thing) => thing.kind === kind);
    const at = Number(input.NextToken ?? 0);
    const page = all.slice(at, at + (input.MaxResults ?? 100));
    return {
      [key]: page.map(({ name }) => ({ [`${prefix}Name`]: name, [`${prefix}Arn`]: arn(kind, name) })),
      NextToken: at + page.length < all.length ? String(at + page.length) : undefined,
    };
  };
  aws
    .on("ListEndpoints", list("endpoint", "Endpoints", "Endpoint"))
    .on("ListEndpointConfigs", list("endpoint-config", "EndpointConfigs", "EndpointConfig"))
    .on("ListModels", list("model", "Models", "Model"))
    .on("ListTrainingJobs", list("training-job", "TrainingJobSummaries", "TrainingJob"))
    .on("ListProcessingJobs", () => new Refusal(501, "NotImplementedException", "no such operation"))
    .on("ListTags", ({ ResourceArn }) => {
      const thing = things.find(({ kind, name }) => arn(kind, name) === ResourceArn);
      return { Tags: thing === undefined ? [] : [{ Key: "sightline:session", Value: thing.session }] };
    })
    .on("ListTransformJobs", () => ({ TransformJobSummaries: [] }))
    .on("DescribeEndpoint", ({ EndpointName }) => ({
      EndpointStatus: "InService",
      EndpointConfigName: live.get(EndpointName),
    }))
    .on("DescribeEndpointConfig", ({ EndpointConfigName }) => ({
      ProductionVariants: [{ ModelName: `${EndpointConfigName}-model` }],
      ShadowProductionVariants: [{ ModelName: `${EndpointConfigName}-shadow` }],
    }))
    .on("DeleteEndpointConfig", ({ EndpointConfigName }) => remove("endpoint-config", EndpointConfigName))
    .on("DescribeTrainingJob", () => ({ TrainingJobStatus: "Completed" }))
    .on("DeleteTrainingJob", ({ TrainingJobName }) => remove("training-job", TrainingJobName))
    .on("DeleteModel", ({ ModelName }) => remove("model", ModelName));
});
afterEach(() => aws.stop());

function remove(kind: string, name: string): object | Refusal {
  const before = things.length;
  things = things.filter((thing) => thing.kind !== kind || thing.name !== name);
  return things.length < before ? {} : missing(kind);
}

test("lists what the session made, over all pages", async () => {
  const found = await listResources(session);
  expect(found.map(({ resource, name }) => [resource, name])).toEqual([
    ["model", "ours"],
    ["training-job", "job"],
  ]);
  expect(found[0]?.tags).toEqual({ "sightline:session": "test" });
  const old = await listResources(session, { tags: { "sightline:session": "old" } });
  expect(old).toHaveLength(150);
  expect(aws.inputs("ListModels").map((input) => input.MaxResults)).toEqual([100, 100, 100, 100]);
});

test("deletes what the session made, and nothing of others", async () => {
  const { deleted, kept } = await deleteResources(session, quick);
  expect(kept).toEqual([]);
  expect(deleted).toEqual([
    { resource: "model", name: "ours" },
    { resource: "training-job", name: "job" },
  ]);
  expect(things.some(({ name }) => name === "theirs")).toBe(true);
  expect(await deleteResources(session, quick)).toEqual({ deleted: [], kept: [] });
});

test("what somebody else deletes meanwhile is no error", async () => {
  aws.on("DeleteModel", () => missing("model"));
  expect(await deleteResources(session, quick)).toEqual({
    deleted: [{ resource: "training-job", name: "job" }],
    kept: [],
  });
});

test("leaves configuration and models of a live endpoint that another run made, and names them", async () => {
  // The other run made the endpoint; this one updated it, so what serves carries this one's tag.
  live.set("drivers", "v2");
  const ours = (kind: string, name: string) => ({ kind, name, session: "test" });
  things.push(
    { kind: "endpoint", name: "drivers", session: "other" },
    ours("endpoint-config", "v1"),
    ours("endpoint-config", "v2"),
    ours("model", "v1-model"),
    ours("model", "v2-model"),
    ours("model", "v2-shadow"),
  );
  const { deleted, kept } = await deleteResources(session, quick);
  expect(kept).toEqual([
    { resource: "endpoint-config", name: "v2", usedBy: "endpoint drivers" },
    { resource: "model", name: "v2-model", usedBy: "endpoint drivers" },
    { resource: "model", name: "v2-shadow", usedBy: "endpoint drivers" },
  ]);
  expect(deleted.map(({ name }) => name)).toEqual(["v1", "ours", "v1-model", "job"]);
  expect(things.map(({ name }) => name)).toEqual(expect.arrayContaining(["v2", "v2-model", "v2-shadow"]));
});

test("deletes endpoints at once, and what they shared behind them", async () => {
  const ours = (kind: string, name: string) => ({ kind, name, session: "test" });
  things = [
    ...["a", "b"].flatMap((name) => [ours("endpoint", name), ours("endpoint-config", `${name}-v1`)]),
    ours("model", "a-shared"),
  ];
  live = new Map([
    ["a", "a-v1"],
    ["b", "b-v1"],
  ]);
  const going = new Set<string>();
  // None is gone before both are going, and b not before a has left the model to it.
  const sought = () => aws.inputs("DescribeEndpointConfig").map((input) => input.EndpointConfigName);
  const mayGo = (name: string) => going.size === 2 && (name === "a" || sought().includes("b-v1"));
  aws
    .on("DeleteEndpoint", ({ EndpointName }) => {
      going.add(EndpointName);
      return {};
    })
    .on("DescribeEndpoint", ({ EndpointName }) => {
      if (mayGo(EndpointName)) remove("endpoint", EndpointName);
      if (!things.some(({ kind, name }) => kind === "endpoint" && name === EndpointName))
        return missing("endpoint");
      const EndpointStatus = going.has(EndpointName) ? "Deleting" : "InService";
      return { EndpointStatus, EndpointConfigName: live.get(EndpointName) };
    })
    .on("DescribeEndpointConfig", () => ({ ProductionVariants: [{ ModelName: "a-shared" }] }))
    .on("DescribeModel", ({ ModelName }) => ({ ModelName, ModelArn: arn("model", ModelName) }))
    .on("ListTags", () => ({
      Tags: [
        { Key: "sightline:session", Value: "test" },
        { Key: "sightline:endpoint", Value: "a" },
      ],
    }));
  const { deleted, kept } = await deleteResources(session, quick);
  expect(kept).toEqual([]);
  expect(things).toEqual([]);
  expect(deleted.filter(({ resource }) => resource === "endpoint").map(({ name }) => name)).toEqual([
    "a",
    "b",
  ]);
  expect(deleted.filter(({ name }) => name === "a-shared")).toHaveLength(1);
});
