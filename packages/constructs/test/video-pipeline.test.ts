import {
  SightlineFoundation,
  VideoMarkupPipeline,
  type VideoMarkupPipelineProps,
} from "@sightline/constructs";
import { type App, Stack } from "aws-cdk-lib";
import { Match, Template } from "aws-cdk-lib/assertions";
import { Topic } from "aws-cdk-lib/aws-sns";
import { expect, test } from "vitest";
import { alarmActionsOf, resourcesOf, typesOf, useScratch } from "./support/synthesis.js";

const { newApp, newCheckedApp, page, templatesInBothPlaces } = useScratch();

function makeStack(app: App, props: Partial<VideoMarkupPipelineProps> = {}): Stack {
  const stack = new Stack(app, "Roads");
  const foundation = new SightlineFoundation(stack, "Foundation");
  new VideoMarkupPipeline(stack, "Videos", {
    foundation,
    endpointName: "Potholes",
    page: page(),
    mail: { sender: "roads@example.org" },
    longVideos: { modelUri: `s3://${foundation.bucket.bucketName}/models/potholes/` },
    ...props,
  });
  return stack;
}

test("the template is the same file for the laptop and for AWS, and needs no credentials", () => {
  const { laptop, aws } = templatesInBothPlaces(makeStack);
  expect(laptop).toBe(aws);
});

test("holds no resource of SageMaker, scaling, budgets or web ACLs, which emulators do not know", () => {
  const known = /^AWS::(ApiGateway|CloudWatch|Cognito|DynamoDB|ECR|IAM|Lambda|Logs|S3|SNS|StepFunctions)::/;
  const others = typesOf(makeStack(newApp())).filter((type) => !known.test(type));
  expect(others.sort()).toEqual(["Custom::S3BucketNotifications", "Custom::SightlineEndpointRemoval"]);
});

test("passes cdk-nag's AwsSolutions, each exception with its reason", () => {
  const app = newCheckedApp();
  makeStack(app);
  app.synth();
});

test("no function may touch all objects, all tables or all topics", () => {
  const stack = makeStack(newApp());
  const wide = resourcesOf(stack)
    .filter(({ Type: type }) => type === "AWS::IAM::Policy")
    .flatMap(({ Properties: { PolicyDocument: document } }) => document!.Statement)
    .filter(({ Resource: resource }) => [resource].flat().includes("*"))
    .flatMap(({ Action: action }) => [action].flat())
    .filter((action) => /^(s3|dynamodb|sns|ses|states):/.test(action));
  expect(wide).toEqual([]);
});

test("requests without a sign-in reach the page and mailed links only", () => {
  const methods = resourcesOf(makeStack(newApp())).filter(
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
  expect(alarmActionsOf(makeStack(app, { alarmTopic }))).toEqual([1, 1, 1]);
});

test("refuses a size that one form of S3 does not take", () => {
  expect(() => makeStack(newApp(), { maxVideoBytes: 5_000_000_001 })).toThrow(
    /1 to 5,000,000,000.*5000000001/,
  );
});
