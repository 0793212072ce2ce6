import {
  DeleteLogGroupCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import {
  AddTagsCommand,
  CreateTrainingJobCommand,
  type CreateTrainingJobCommandInput,
  DeleteTagsCommand,
  DeleteTrainingJobCommand,
  ListTagsCommand,
  ListTrainingJobsCommand,
  type ListTrainingJobsCommandInput,
  StopTrainingJobCommand,
} from "@aws-sdk/client-sagemaker";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually } from "./support.js";
import {
  Bucket,
  channel,
  jobRequest,
  logGroupName,
  startTraining,
  type Training,
} from "./training-support.js";

let training: Training;
beforeAll(async () => {
  training = await startTraining();
});
afterAll(() => training.dispose());

test("log lines can be read page by page and filtered", async () => {
  await training.create("logged", { HyperParameters: { epochs: "40" } });
  await training.finished("logged");
  const { logStreams } = await training.logs.send(
    new DescribeLogStreamsCommand({ logGroupName, logStreamNamePrefix: "logged/" }),
  );
  expect(logStreams).toHaveLength(1);
  const logStreamName = logStreams![0]!.logStreamName!;
  const lines: string[] = [];
  let nextToken: string | undefined;
  for (;;) {
    const page = await training.logs.send(
      new GetLogEventsCommand({ logGroupName, logStreamName, startFromHead: true, limit: 7, nextToken }),
    );
    lines.push(...page.events!.map(({ message }) => message!));
    // The end is where the token stays the same.
    if (page.nextForwardToken === nextToken) break;
    nextToken = page.nextForwardToken;
  }
  expect(lines).toHaveLength(81);
  expect(lines[0]).toBe("stub: training on algo-1");
  const tail = await training.logs.send(new GetLogEventsCommand({ logGroupName, logStreamName, limit: 2 }));
  expect(tail.events?.map(({ message }) => message)).toEqual(lines.slice(-2));
  const found = await training.logs.send(
    new FilterLogEventsCommand({
      logGroupName,
      logStreamNamePrefix: "logged/",
      filterPattern: '"Epoch[39]" -Train',
    }),
  );
  expect(found.events?.map(({ message }) => message)).toEqual([
    expect.stringContaining("Epoch[39] Validation"),
  ]);
});

test("a stopped job gets SIGTERM, and what it saved is kept", async () => {
  await training.create("stopping", { HyperParameters: { sleep: "60" } });
  await eventually(async () =>
    (await training.describeJob("stopping")).SecondaryStatus === "Training" ? true : undefined,
  );
  await eventually(async () => {
    const { events } = await training.logs.send(
      new FilterLogEventsCommand({
        logGroupName,
        logStreamNamePrefix: "stopping/",
        filterPattern: "sleeping",
      }),
    );
    return events?.length ? true : undefined;
  });
  await training.client.send(new StopTrainingJobCommand({ TrainingJobName: "stopping" }));
  const job = await training.finished("stopping");
  expect(job).toMatchObject({ TrainingJobStatus: "Stopped", SecondaryStatus: "Stopped" });
  const files = await training.readModel(job.ModelArtifacts!.S3ModelArtifacts!);
  expect(JSON.parse(files["algo-1.json"]!).note).toBe("stopped");
  const again = training.client.send(new StopTrainingJobCommand({ TrainingJobName: "stopping" }));
  await expect(again).rejects.toMatchObject({ name: "ValidationException" });
});

test("a job that ignores SIGTERM is killed, and one past its time is MaxRuntimeExceeded", async () => {
  await training.create("overtime", {
    HyperParameters: { sleep: "600", stubborn: "1" },
    StoppingCondition: { MaxRuntimeInSeconds: 50 },
  });
  const job = await training.finished("overtime");
  expect(job).toMatchObject({ TrainingJobStatus: "Stopped", SecondaryStatus: "MaxRuntimeExceeded" });
  const { events } = await training.logs.send(
    new FilterLogEventsCommand({ logGroupName, logStreamNamePrefix: "overtime/", filterPattern: "SIGTERM" }),
  );
  expect(events?.map(({ message }) => message)).toEqual(["stub: SIGTERM, but staying"]);
});

test.each([
  [
    "a name with an underscore",
    { TrainingJobName: "bad_name" },
    /'trainingJobName' failed to satisfy constraint/,
  ],
  ["a role that is no ARN", { RoleArn: "just-a-role-name-here" }, /'roleArn' failed to satisfy constraint/],
  [
    "an instance type that AWS does not have",
    { ResourceConfig: { InstanceType: "ml.huge", InstanceCount: 1, VolumeSizeInGB: 1 } },
    /'resourceConfig.instanceType' .* enum value set/,
  ],
  [
    "an empty prefix",
    { InputDataConfig: [channel("train", `s3://${Bucket}/nothing/`)] },
    /No S3 objects found under S3 URL/,
  ],
  [
    "an image that is not known",
    { AlgorithmSpecification: { TrainingImage: "nobody/knows:1", TrainingInputMode: "File" } },
    /"nobody\/knows:1" is not known/,
  ],
  [
    "a metric that is no regular expression",
    {
      AlgorithmSpecification: {
        TrainingImage: "stub",
        TrainingInputMode: "File",
        MetricDefinitions: [{ Name: "x", Regex: "(" }],
      },
    },
    /not a regular expression/,
  ],
])("%s is refused before a job exists", async (_what, change, message) => {
  const name = "refused";
  const sent = training.create(name, change as Partial<CreateTrainingJobCommandInput>);
  await expect(sent).rejects.toMatchObject({
    name: "ValidationException",
    message: expect.stringMatching(message),
  });
  await expect(training.describeJob(name)).rejects.toMatchObject({
    message: "Requested resource not found.",
  });
});

test("a missing member and a used name are refused as AWS refuses them", async () => {
  const { OutputDataConfig: _missing, ...rest } = jobRequest("incomplete");
  const sent = training.client.send(new CreateTrainingJobCommand(rest as CreateTrainingJobCommandInput));
  await expect(sent).rejects.toMatchObject({
    message:
      "1 validation error detected: Value null at 'outputDataConfig' failed to satisfy constraint: Member must not be null",
  });
  await training.create("unique");
  await expect(training.create("unique")).rejects.toMatchObject({
    name: "ResourceInUse",
    message: expect.stringContaining("Job name must be unique"),
  });
  await training.finished("unique");
});

test("jobs are listed by status, name and page, oldest first unless told otherwise, as AWS has it", async () => {
  for (const name of ["listed-b", "listed-c", "listed-a"]) {
    const HyperParameters: Record<string, string> = name === "listed-b" ? {} : { fail: "no such label" };
    await training.create(name, { HyperParameters });
    await training.finished(name);
  }
  const list = async (more: Partial<ListTrainingJobsCommandInput>) => {
    const page = await training.client.send(
      new ListTrainingJobsCommand({ NameContains: "listed-", ...more }),
    );
    return { names: page.TrainingJobSummaries?.map((job) => job.TrainingJobName), next: page.NextToken };
  };
  expect((await list({ StatusEquals: "Failed" })).names).toEqual(["listed-c", "listed-a"]);
  expect((await list({ SortOrder: "Descending" })).names).toEqual(["listed-a", "listed-c", "listed-b"]);
  const byName = { MaxResults: 2, SortBy: "Name", SortOrder: "Ascending" } as const;
  const first = await list(byName);
  expect(first.names).toEqual(["listed-a", "listed-b"]);
  expect(await list({ ...byName, NextToken: first.next })).toEqual({ names: ["listed-c"], next: undefined });
});

test("tags can be added and deleted", async () => {
  const Tags = [{ Key: "team", Value: "vision" }];
  const { TrainingJobArn: ResourceArn } = await training.create("tagged", { Tags });
  await training.client.send(new AddTagsCommand({ ResourceArn, Tags: [{ Key: "stage", Value: "dev" }] }));
  await training.client.send(new DeleteTagsCommand({ ResourceArn, TagKeys: ["team"] }));
  const left = await training.client.send(new ListTagsCommand({ ResourceArn }));
  expect(left.Tags).toEqual([{ Key: "stage", Value: "dev" }]);
});

test("a job is deleted when it has ended, with its tags; its log stays until its group is deleted", async () => {
  const TrainingJobName = "deleted";
  const Tags = [{ Key: "team", Value: "vision" }];
  const { TrainingJobArn: ResourceArn } = await training.create(TrainingJobName, {
    Tags,
    HyperParameters: { sleep: "600" },
  });
  const remove = () => training.client.send(new DeleteTrainingJobCommand({ TrainingJobName }));
  await expect(remove()).rejects.toMatchObject({
    name: "ValidationException",
    message: expect.stringContaining("still running"),
  });
  const streams = async () =>
    (
      await training.logs.send(
        new DescribeLogStreamsCommand({ logGroupName, logStreamNamePrefix: "deleted/" }),
      )
    ).logStreams;
  await eventually(async () => (await streams().catch(() => []))?.[0]);
  await training.client.send(new StopTrainingJobCommand({ TrainingJobName }));
  await training.finished(TrainingJobName);
  await remove();
  await expect(remove()).rejects.toMatchObject({ message: "Requested resource not found." });
  expect((await training.client.send(new ListTagsCommand({ ResourceArn }))).Tags).toEqual([]);
  expect(await streams()).toHaveLength(1);
  await training.logs.send(new DeleteLogGroupCommand({ logGroupName }));
  await expect(streams()).rejects.toMatchObject({ name: "ResourceNotFoundException" });
});
