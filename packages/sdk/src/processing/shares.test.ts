import "../../test/support/with-log.js";
import { expect, test } from "vitest";
import { type Input, quick } from "../../test/support/fake-aws.js";
import { aws, session } from "../../test/support/with-fake-aws.js";
import { InvalidInputError } from "../errors.js";
import { containerImage } from "../images/container-image.js";
import { packOnInstances, type ShardedPackingOptions } from "./pack-on-instances.js";

const sharded: ShardedPackingOptions = {
  image: containerImage("sightline:1"),
  imagesUri: "s3://drivers/images/",
  outputUri: "s3://drivers/channels/train",
  instance: { type: "ml.m5.xlarge", count: 4 },
  ...quick,
};

test("packing in shares runs two jobs, keeps the shares apart from the result, and removes them", async () => {
  aws.s3.put("drivers", "channels/train/other.rec", "");
  aws.on("CreateProcessingJob", (input) => {
    const [output] = input.ProcessingOutputConfig.Outputs;
    const prefix = output.S3Output.S3Uri.slice("s3://drivers/".length);
    aws.s3.put("drivers", `${prefix}train.rec`, "records");
    return { ProcessingJobArn: "arn" };
  });
  aws.on("DescribeProcessingJob", () => ({
    ProcessingJobStatus: "Completed",
    ExitMessage: "4 parts, checked",
  }));
  const done = await packOnInstances(session, { ...sharded, jobName: "p1", resize: 210, onError: "skip" });
  expect(done).toEqual({
    files: ["s3://drivers/channels/train/train.rec"],
    message: "4 parts, checked",
    jobNames: ["p1-parts", "p1-join"],
  });
  const [share, join] = aws.inputs("CreateProcessingJob") as [Input, Input];
  expect(share.AppSpecification).toMatchObject({
    ContainerEntrypoint: ["process"],
    ContainerArguments: ["pack", "--name", "train", "--resize", "210", "--on-error", "skip"],
  });
  expect(share.ProcessingResources.ClusterConfig.InstanceCount).toBe(4);
  expect(join.ProcessingResources.ClusterConfig.InstanceCount).toBe(1);
  expect(join.ProcessingInputs[0].S3Input.S3Uri).toBe("s3://drivers/sightline-shares/p1/parts/");
  expect([...aws.s3.bucket("drivers").keys()]).toEqual([
    "channels/train/other.rec",
    "channels/train/train.rec",
  ]);
});

test("a share that fails ends it before the joining, and leaves the shares for a look", async () => {
  aws.s3.bucket("drivers");
  aws.on("CreateProcessingJob", () => ({ ProcessingJobArn: "arn" }));
  aws.on("DescribeProcessingJob", () => ({
    ProcessingJobStatus: "Failed",
    ExitMessage: "img_7.jpg is broken",
  }));
  await expect(packOnInstances(session, sharded)).rejects.toThrow(/img_7\.jpg is broken/);
  expect(aws.inputs("CreateProcessingJob")).toHaveLength(1);
});

test.each<[string, Partial<ShardedPackingOptions>]>([
  ["instance.count", { instance: { type: "ml.m5.xlarge", count: 1 } }],
  ["name", { name: "a/b" }],
  ["quality", { quality: 101 }],
  ["jobName", { jobName: "a_b" }],
  ["outputUri", { outputUri: "out/" }],
])("packing in shares with a wrong %s is refused before the first request", async (field, wrong) => {
  const error = await packOnInstances(session, { ...sharded, ...wrong }).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(InvalidInputError);
  expect(error.field).toBe(field);
  expect(aws.calls).toEqual([]);
});
