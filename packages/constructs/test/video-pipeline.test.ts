import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  SightlineFoundation,
  VideoMarkupPipeline,
  type VideoMarkupPipelineProps,
} from "@sightline/constructs";
import { App, Stack, Validations } from "aws-cdk-lib";
import { Match, Template } from "aws-cdk-lib/assertions";
import { Topic } from "aws-cdk-lib/aws-sns";
import { AwsSolutionsChecks } from "cdk-nag";
import { afterAll, beforeAll, expect, test } from "vitest";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "sightline-video-pipeline-"));
  writeFileSync(path.join(folder, "page.html"), "<!doctype html><title>Videos</title>");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const newApp = () => new App({ outdir: mkdtempSync(path.join(folder, "out-")) });
function makeStack(app: App, props: Partial<VideoMarkupPipelineProps> = {}): Stack {
  const stack = new Stack(app, "Roads");
  const foundation = new SightlineFoundation(stack, "Foundation");
  new VideoMarkupPipeline(stack, "Videos", {
    foundation,
    endpointName: "Potholes",
    page: path.join(folder, "page.html"),
    mail: { sender: "roads@example.org" },
    longVideos: { modelUri: `s3://${foundation.bucket.bucketName}/models/potholes/` },
    ...props,
  });
  return stack;
}
interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}
const resources = (stack: Stack) =>
  Object.values(Template.fromStack(stack).toJSON().Resources) as {
    Type: string;
    Properties: { PolicyDocument?: { Statement: Statement[] }; Roles?: unknown } & Record<string, unknown>;
  }[];

test("the template is the same file for the laptop and for AWS, and needs no credentials", () => {
  const digest = (env: Record<string, string | undefined>) => {
    const former = { ...process.env };
    Object.assign(process.env, env);
    try {
      const app = newApp();
      makeStack(app);
      const file = app.synth().getStackByName("Roads").templateFullPath;
      return createHash("sha256").update(readFileSync(file)).digest("hex");
    } finally {
      process.env = former;
    }
  };
  const laptop = {
    AWS_ENDPOINT_URL: "http://127.0.0.1:4566",
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "x",
  };
  expect(digest(laptop)).toBe(
    digest({ AWS_ENDPOINT_URL: "", AWS_REGION: "eu-west-1", AWS_ACCESS_KEY_ID: "" }),
  );
});

test("holds no resource of SageMaker, scaling, budgets or web ACLs, which emulators do not know", () => {
  const types = new Set(resources(makeStack(newApp())).map(({ Type: type }) => type));
  const known = /^AWS::(ApiGateway|CloudWatch|Cognito|DynamoDB|ECR|IAM|Lambda|Logs|S3|SNS|StepFunctions)::/;
  expect([...types].filter((type) => !known.test(type)).sort()).toEqual([
    "Custom::S3BucketNotifications",
    "Custom::SightlineEndpointRemoval",
  ]);
});

test("passes cdk-nag's AwsSolutions, each exception with its reason", () => {
  const app = newApp();
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  makeStack(app);
  app.synth();
});

test("no function may touch all objects, all tables or all topics", () => {
  const stack = makeStack(newApp());
  const wide = resources(stack)
    .filter(({ Type: type }) => type === "AWS::IAM::Policy")
    .flatMap(({ Properties: { PolicyDocument: document } }) => document!.Statement)
    .filter(({ Resource: resource }) => [resource].flat().includes("*"))
    .flatMap(({ Action: action }) => [action].flat())
    .filter((action) => /^(s3|dynamodb|sns|ses|states):/.test(action));
  expect(wide).toEqual([]);
});

test("requests without a sign-in reach the page and mailed links only", () => {
  const methods = resources(makeStack(newApp())).filter(
    ({ Type: type }) => type === "AWS::ApiGateway::Method",
  );
  const kinds = methods.map(({ Properties: { AuthorizationType: type } }) => type);
  expect(kinds.filter((type) => type === "COGNITO_USER_POOLS")).toHaveLength(3);
  expect(kinds.filter((type) => type === "NONE")).toHaveLength(3);
});

test("a dry run and limits reach the function that starts videos", () => {
  Template.fromStack(makeStack(newApp(), { isLive: false, maxVideoBytes: 7 })).hasResourceProperties(
    "AWS::Lambda::Function",
    {
      Environment: { Variables: Match.objectLike({ IS_LIVE: "false", MAX_BYTES: "7", LEASE_MS: "60000" }) },
      Timeout: 60,
    },
  );
});

test("tells a topic of its alarms", () => {
  const app = newApp();
  const alarmTopic = new Topic(new Stack(app, "Topics"), "Alarms");
  const alarms = resources(makeStack(app, { alarmTopic })).filter(
    ({ Type: type }) => type === "AWS::CloudWatch::Alarm",
  );
  expect(alarms.map(({ Properties: { AlarmActions: actions } }) => (actions as unknown[]).length)).toEqual([
    1, 1, 1,
  ]);
});

test("refuses a size that one form of S3 does not take", () => {
  expect(() => makeStack(newApp(), { maxVideoBytes: 5_000_000_001 })).toThrow(
    /1 to 5,000,000,000.*5000000001/,
  );
});
