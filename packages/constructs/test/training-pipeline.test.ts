import { SightlineFoundation, TrainingPipeline, type TrainingPipelineProps } from "@sightline/constructs";
import { Duration, Stack } from "aws-cdk-lib";
import { Match, Template } from "aws-cdk-lib/assertions";
import { expect, test } from "vitest";
import { useScratch } from "./support/synthesis.js";

const { newApp, newCheckedApp } = useScratch();

function makeStack(props: Partial<TrainingPipelineProps> = {}, app = newApp()) {
  const stack = new Stack(app, "Training");
  new TrainingPipeline(stack, "Pipeline", {
    foundation: new SightlineFoundation(stack, "Foundation"),
    endpointName: "Drivers",
    source: { kind: "archive", key: "source/sightline.zip" },
    ...props,
  });
  return Template.fromStack(stack);
}

test("new data in their folder reach the starter ten minutes late, and only those", () => {
  const template = makeStack();
  template.hasResourceProperties("AWS::SQS::Queue", {
    DelaySeconds: 600,
    RedrivePolicy: { maxReceiveCount: 96 },
  });
  template.hasResourceProperties("Custom::S3BucketNotifications", {
    NotificationConfiguration: {
      QueueConfigurations: [
        {
          Events: ["s3:ObjectCreated:*"],
          Filter: { Key: { FilterRules: [{ Name: "prefix", Value: "training-data/" }] } },
        },
      ],
    },
  });
  makeStack({ quietTime: Duration.seconds(3), dataFolder: "photos/" }).hasResourceProperties(
    "AWS::SQS::Queue",
    {
      DelaySeconds: 3,
    },
  );
});

test("a build is the repository's own buildspec, one at a time, with the alarms that undo its update", () => {
  const template = makeStack({ variables: { EPOCHS: "5" } });
  const alarms = Object.keys(template.findResources("AWS::CloudWatch::Alarm"));
  expect(alarms).toHaveLength(2);
  template.hasResourceProperties("AWS::CodeBuild::Project", {
    ConcurrentBuildLimit: 1,
    Source: { Type: "S3", BuildSpec: "buildspec.yml" },
    Artifacts: { Type: "S3", Path: "builds" },
    Environment: {
      EnvironmentVariables: Match.arrayWith([{ Name: "EPOCHS", Type: "PLAINTEXT", Value: "5" }]),
    },
  });
  const [project] = Object.values(template.findResources("AWS::CodeBuild::Project"));
  const variables: { Name: string; Value: unknown }[] = project!.Properties.Environment.EnvironmentVariables;
  const named = JSON.stringify(variables.find(({ Name: name }) => name === "ROLLBACK_ALARMS")!.Value);
  for (const alarm of alarms) expect(named).toContain(alarm);
});

test("a push to the branch builds where the source is GitHub, and the clock where nights are asked for", () => {
  const template = makeStack({
    source: { kind: "github", owner: "me", repository: "drivers", branch: "live" },
    nightlyAtHour: 3,
  });
  template.hasResourceProperties("AWS::CodeBuild::Project", {
    Triggers: {
      Webhook: true,
      FilterGroups: [
        [
          { Type: "EVENT", Pattern: "PUSH" },
          { Type: "HEAD_REF", Pattern: "refs/heads/live" },
        ],
      ],
    },
  });
  template.hasResourceProperties("AWS::Events::Rule", { ScheduleExpression: "cron(0 3 * * ? *)" });
  expect(Object.keys(makeStack().findResources("AWS::Events::Rule"))).toEqual([]);
});

test.each<[RegExp, Partial<TrainingPipelineProps>]>([
  [/1 to 900 s, SQS's longest delay, not 1200/, { quietTime: Duration.minutes(20) }],
  [/nightlyAtHour must be a whole number from 0 to 23, UTC, not 24/, { nightlyAtHour: 24 }],
  [/none that a build writes to .* not "channels\/raw\/"/, { dataFolder: "channels/raw/" }],
  [/a folder with a slash at its end.* not "photos"/, { dataFolder: "photos" }],
])("refuses what would not work: %s", (why, props) => {
  expect(() => makeStack(props)).toThrow(why);
});

test("passes cdk-nag's AwsSolutions, each exception with its reason", () => {
  const app = newCheckedApp();
  makeStack({ nightlyAtHour: 3 }, app);
  app.synth();
});
