import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  ImageClassificationApi,
  type ImageClassificationApiProps,
  SightlineFoundation,
} from "@sightline/constructs";
import { App, Stack, Validations } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { UserPool } from "aws-cdk-lib/aws-cognito";
import { Topic } from "aws-cdk-lib/aws-sns";
import { AwsSolutionsChecks } from "cdk-nag";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "sightline-constructs-"));
  writeFileSync(path.join(folder, "page.html"), "<!doctype html><title>Drivers</title>");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}
interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
}

/** Foundation and API in one stack. */
function makeStack(app: App, props: Partial<ImageClassificationApiProps> = {}): Stack {
  const stack = new Stack(app, "Drivers");
  new SightlineFoundation(stack, "Foundation");
  new ImageClassificationApi(stack, "Api", {
    endpointName: "Drivers",
    labels: ["safe", "texting"],
    page: path.join(folder, "page.html"),
    ...props,
  });
  return stack;
}
const newApp = () => new App({ outdir: mkdtempSync(path.join(folder, "out-")) });
const valuesOf = (found: object) => Object.values(found) as Resource[];
const resources = (stack: Stack): Resource[] => valuesOf(Template.fromStack(stack).toJSON().Resources);
const actionsOf = (resource: Resource): string[] =>
  (resource.Properties.PolicyDocument as { Statement: Statement[] }).Statement.flatMap(
    ({ Action: action }) => action,
  );

describe("the template", () => {
  test("is the same file for the laptop and for AWS, and needs no credentials", () => {
    const digest = (env: Record<string, string | undefined>) => {
      const former = { ...process.env };
      Object.assign(process.env, env);
      try {
        const app = newApp();
        makeStack(app);
        const file = app.synth().getStackByName("Drivers").templateFullPath;
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
    const aws = { AWS_ENDPOINT_URL: "", AWS_REGION: "eu-west-1", AWS_ACCESS_KEY_ID: "" };
    expect(digest(laptop)).toBe(digest(aws));
  });

  test("holds no resource of SageMaker, scaling, budgets or web ACLs, which emulators do not know", () => {
    const types = new Set(resources(makeStack(newApp())).map(({ Type: type }) => type));
    const known = /^AWS::(ApiGateway|CloudWatch|ECR|IAM|Lambda|Logs|S3)::/;
    expect([...types].filter((type) => !known.test(type) && type !== "AWS::CDK::Metadata")).toEqual([
      "Custom::SightlineEndpointRemoval",
    ]);
  });

  test("passes cdk-nag's AwsSolutions, each exception with its reason", () => {
    const app = newApp();
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    makeStack(app, { access: { kind: "api-key" }, allowedOrigin: "https://example.org" });
    app.synth();
  });
});

describe("who may do what", () => {
  test("the classifier may ask its endpoint and write its log, the documents may write theirs", () => {
    const stack = makeStack(newApp());
    const policies = resources(stack).filter(({ Type: type }) => type === "AWS::IAM::Policy");
    const own = ["logs:CreateLogStream", "logs:PutLogEvents"];
    const sets = policies.map((policy) => actionsOf(policy).sort().join());
    expect(sets).toContain([...own, "sagemaker:InvokeEndpoint"].join());
    expect(sets).toContain(own.join());
    const classifier = policies.find((policy) => actionsOf(policy).includes("sagemaker:InvokeEndpoint"))!;
    const { Statement: statements } = classifier.Properties.PolicyDocument as { Statement: Statement[] };
    // SageMaker has names in ARNs in lower case.
    expect(JSON.stringify(statements)).toContain(":endpoint/drivers");
    expect(statements.some(({ Resource: resource }) => resource === "*")).toBe(false);
  });

  test("roles are handed on to SageMaker alone", () => {
    const passing = resources(makeStack(newApp()))
      .flatMap(
        ({ Properties: properties }) =>
          (properties.PolicyDocument as { Statement?: Statement[] })?.Statement ?? [],
      )
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
    const alarms = resources(makeStack(app, { alarmTopic })).filter(
      ({ Type: type }) => type === "AWS::CloudWatch::Alarm",
    );
    expect(alarms.map(({ Properties: { AlarmActions: actions } }) => (actions as unknown[]).length)).toEqual([
      1, 1, 1,
    ]);
  });

  test("refuses labels and pictures larger than Lambda takes, with the limit", () => {
    const stack = () => newApp();
    expect(() => makeStack(stack(), { labels: ["x".repeat(4000)] })).toThrow(/labels are 4004 bytes.*3500/);
    expect(() => makeStack(stack(), { maxImageBytes: 6_000_000 })).toThrow(/1 to 4,500,000, not 6000000/);
  });
});
