import {
  ImageClassificationApi,
  type ImageClassificationApiProps,
  SightlineFoundation,
} from "@sightline/constructs";
import { type App, Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { UserPool } from "aws-cdk-lib/aws-cognito";
import { Topic } from "aws-cdk-lib/aws-sns";
import { describe, expect, test } from "vitest";
import { alarmActionsOf, type Resource, resourcesOf, typesOf, useScratch } from "./support/synthesis.js";

const { newApp, newCheckedApp, page, templatesInBothPlaces } = useScratch();

/** Foundation and API in one stack. */
function makeStack(app: App, props: Partial<ImageClassificationApiProps> = {}): Stack {
  const stack = new Stack(app, "Drivers");
  new SightlineFoundation(stack, "Foundation");
  new ImageClassificationApi(stack, "Api", {
    endpointName: "Drivers",
    labels: ["safe", "texting"],
    page: page(),
    ...props,
  });
  return stack;
}
const valuesOf = (found: object) => Object.values(found) as Resource[];
const actionsOf = ({ Properties: { PolicyDocument: document } }: Resource): string[] =>
  document!.Statement.flatMap(({ Action: action }) => action);

describe("the template", () => {
  test("is the same file for the laptop and for AWS, and needs no credentials", () => {
    const { laptop, aws } = templatesInBothPlaces(makeStack);
    expect(laptop).toBe(aws);
  });

  test("holds no resource of SageMaker, scaling, budgets or web ACLs, which emulators do not know", () => {
    const known = /^AWS::(ApiGateway|CloudWatch|ECR|IAM|Lambda|Logs|S3)::/;
    const others = typesOf(makeStack(newApp())).filter((type) => !known.test(type));
    expect(others).toEqual(["Custom::SightlineEndpointRemoval"]);
  });

  test("passes cdk-nag's AwsSolutions, each exception with its reason", () => {
    const app = newCheckedApp();
    makeStack(app, { access: { kind: "api-key" }, allowedOrigin: "https://example.org" });
    app.synth();
  });
});

describe("who may do what", () => {
  test("the classifier may ask its endpoint and write its log, the documents may write theirs", () => {
    const stack = makeStack(newApp());
    const policies = resourcesOf(stack).filter(({ Type: type }) => type === "AWS::IAM::Policy");
    const own = ["logs:CreateLogStream", "logs:PutLogEvents"];
    const sets = policies.map((policy) => actionsOf(policy).sort().join());
    expect(sets).toContain([...own, "sagemaker:InvokeEndpoint"].join());
    expect(sets).toContain(own.join());
    const classifier = policies.find((policy) => actionsOf(policy).includes("sagemaker:InvokeEndpoint"))!;
    const statements = classifier.Properties.PolicyDocument!.Statement;
    // SageMaker has names in ARNs in lower case.
    expect(JSON.stringify(statements)).toContain(":endpoint/drivers");
    expect(statements.some(({ Resource: resource }) => resource === "*")).toBe(false);
  });

  test("roles are handed on to SageMaker alone", () => {
    const passing = resourcesOf(makeStack(newApp()))
      .flatMap(({ Properties: { PolicyDocument: document } }) => document?.Statement ?? [])
      .filter(({ Action: action }) => [action].flat().includes("iam:PassRole"));
    expect(passing).toHaveLength(1);
    expect(passing[0]).toMatchObject({
      Condition: { StringEquals: { "iam:PassedToService": "sagemaker.amazonaws.com" } },
    });
    expect(passing[0]!.Resource).toHaveLength(2);
  });

  test("buckets are encrypted, private, logged and refuse plain HTTP", () => {
    const template = Template.fromStack(makeStack(newApp()));
    const buckets = valuesOf(template.findResources("AWS::S3::Bucket"));
    expect(buckets).toHaveLength(2);
    for (const { Properties: properties } of buckets) {
      expect(properties).toMatchObject({
        BucketEncryption: expect.anything(),
        PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: true },
      });
    }
    const policies = valuesOf(template.findResources("AWS::S3::BucketPolicy"));
    expect(policies.filter((policy) => JSON.stringify(policy).includes("aws:SecureTransport"))).toHaveLength(
      2,
    );
  });
});

describe("ImageClassificationApi", () => {
  const post = (stack: Stack) =>
    valuesOf(
      Template.fromStack(stack).findResources("AWS::ApiGateway::Method", {
        Properties: { HttpMethod: "POST" },
      }),
    )[0]!.Properties;

  test("checks JSON before the function is called, and throttles", () => {
    const stack = makeStack(newApp(), { requestsPerSecond: 7, burst: 9 });
    expect(post(stack)).toMatchObject({ RequestValidatorId: expect.anything(), ApiKeyRequired: false });
    Template.fromStack(stack).hasResourceProperties("AWS::ApiGateway::Model", {
      Schema: { type: "object", required: ["data"], properties: { data: { type: "string", minLength: 4 } } },
    });
    Template.fromStack(stack).hasResourceProperties("AWS::ApiGateway::Stage", {
      MethodSettings: [{ ThrottlingRateLimit: 7, ThrottlingBurstLimit: 9 }],
    });
  });

  test("asks for a key or a sign-in where that is chosen", () => {
    const withKey = makeStack(newApp(), { access: { kind: "api-key", requestsPerMonth: 5 } });
    expect(post(withKey)).toMatchObject({ ApiKeyRequired: true });
    Template.fromStack(withKey).hasResourceProperties("AWS::ApiGateway::UsagePlan", {
      Quota: { Limit: 5, Period: "MONTH" },
    });
    const app = newApp();
    const pool = new UserPool(new Stack(app, "Pool"), "Pool");
    expect(post(makeStack(app, { access: { kind: "cognito", userPool: pool } }))).toMatchObject({
      AuthorizationType: "COGNITO_USER_POOLS",
    });
  });

  test("has its key as a member, also where two APIs of one stack have one each", () => {
    const stack = makeStack(newApp(), { access: { kind: "api-key" } });
    const second = new ImageClassificationApi(stack, "Second", {
      endpointName: "other",
      access: { kind: "api-key" },
    });
    const open = new ImageClassificationApi(stack, "Open", { endpointName: "other" });
    expect(open.apiKey).toBeUndefined();
    expect(Object.keys(Template.fromStack(stack).findResources("AWS::ApiGateway::ApiKey"))).toEqual(
      expect.arrayContaining([stack.resolve(second.apiKey!.keyId).Ref]),
    );
  });

  test("tells a topic of its alarms", () => {
    const app = newApp();
    const alarmTopic = new Topic(new Stack(app, "Topics"), "Alarms");
    expect(alarmActionsOf(makeStack(app, { alarmTopic }))).toEqual([1, 1, 1]);
  });

  test("refuses labels and pictures larger than Lambda takes, with the limit", () => {
    const stack = () => newApp();
    expect(() => makeStack(stack(), { labels: ["x".repeat(4000)] })).toThrow(/labels are 4004 bytes.*3500/);
    expect(() => makeStack(stack(), { maxImageBytes: 6_000_000 })).toThrow(/1 to 4,500,000, not 6000000/);
  });
});
