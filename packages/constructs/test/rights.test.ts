import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { EndpointRemoval, SightlineFoundation } from "@sightline/constructs";
import { createSession, deleteEndpoint, deployEndpoint, type Session } from "@sightline/sdk";
import { App, Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { FakeAws, type Input, quick, SECRET } from "../../sdk/test/support/fake-aws.js";
import { Hosting } from "../../sdk/test/support/fake-hosting.js";

/** Rights beside what the SDK sends: the function's own log. */
const LOG = ["logs:CreateLogStream", "logs:PutLogEvents"];
const ARN = "arn:aws:sagemaker:us-east-1:111122223333";
const ACCOUNT = { "AWS::Partition": "aws", "AWS::Region": "us-east-1", "AWS::AccountId": "111122223333" };

interface Sent {
  readonly action: string;
  readonly resource: string;
}
interface Grant {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "sightline-rights-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let aws: FakeAws;
let hosting: Hosting;
let sent: Sent[];
let session: Session;
beforeEach(async () => {
  aws = await FakeAws.start();
  hosting = new Hosting(aws);
  const put = aws.handlerOf("PutScalingPolicy");
  aws.on("PutScalingPolicy", (input, count) => ({ ...put(input, count), PolicyARN: "arn:policy" }));
  aws.s3.put("drivers", "m1.tar.gz", "one");
  sent = [];
  const plain = await createSession({
    region: "us-east-1",
    role: "arn:aws:iam::111122223333:role/sagemaker",
    endpointUrl: aws.url,
    credentials: { accessKeyId: "AKIDFAKE", secretAccessKey: SECRET },
  });
  const send = async (service: string, operation: string, input: Input, rest?: object) => {
    const prefix = service === "application-auto-scaling" ? "application-autoscaling" : service;
    if (service !== "s3") sent.push({ action: `${prefix}:${operation}`, resource: resourceOf(input) });
    return service === "cloudwatch" ? {} : plain.send(service as "sagemaker", operation, input, rest);
  };
  session = { ...plain, send: send as Session["send"] };
});
afterEach(async () => {
  session.close();
  await aws.stop();
});

/** What a request is about, as IAM has it: names in lower case. */
function resourceOf(input: Input): string {
  const kinds = {
    EndpointName: "endpoint",
    EndpointConfigName: "endpoint-config",
    ModelName: "model",
    TransformJobName: "transform-job",
  };
  const [key, kind] = Object.entries(kinds).find(([name]) => input[name] !== undefined) ?? [];
  if (key !== undefined) return `${ARN}:${kind}/${input[key].toLowerCase()}`;
  return input.ResourceArn ?? "any";
}

/** What the stack's policies of that type grant, with the account's parts filled in. */
function grantsOf(stack: Stack, type: string): Grant[] {
  const text = (part: unknown): string =>
    typeof part === "string" ? part : (ACCOUNT[(part as { Ref: keyof typeof ACCOUNT }).Ref] ?? "unknown");
  const joined = (resource: unknown): string =>
    typeof resource === "object" && "Fn::Join" in resource!
      ? (resource["Fn::Join"] as [string, unknown[]])[1].map(text).join("")
      : text(resource);
  return Object.values(Template.fromStack(stack).findResources(type)).flatMap(({ Properties }) =>
    Properties.PolicyDocument.Statement.map((statement: { Action: string; Resource: unknown }) => ({
      actions: [statement.Action].flat(),
      resources: [statement.Resource].flat().map(joined),
    })),
  );
}

/** What was sent and no grant allows. */
const refused = (grants: readonly Grant[]) =>
  sent.filter(
    ({ action, resource }) =>
      !grants.some(
        ({ actions, resources }) =>
          actions.includes(action) &&
          resources.some((allowed) =>
            allowed.endsWith("*") ? resource.startsWith(allowed.slice(0, -1)) : resource === allowed,
          ),
      ),
  );

const newStack = () => new Stack(new App({ outdir: mkdtempSync(path.join(folder, "out-")) }), "Stack");

/** An asynchronous endpoint that scales to zero, beside another endpoint and a transform job of other models. */
async function deploy(name: string, model: Parameters<typeof deployEndpoint>[1]["model"]): Promise<void> {
  await deployEndpoint(session, {
    name,
    model,
    instance: { type: "ml.m5.xlarge" },
    async: { outputUri: "s3://drivers/async/" },
    autoscaling: { minInstances: 0, maxInstances: 2, backlogPerInstance: 2 },
    ...quick,
  });
  hosting.others.set("canary", "canary-config");
  hosting.configs.set("canary-config", { ProductionVariants: [{ ModelName: "canary-model" }] });
  hosting.transforms.set("t1", "another-model");
}
const artifact = { kind: "model-artifact", uri: "s3://drivers/m1.tar.gz", image: "own:1" } as const;
// Its 50th character is a hyphen, which goes too when the name is cut.
const long = `Drivers-${"x".repeat(41)}-seen-by-night`;

test.each(["Drivers", long])(
  "the removal of endpoint %s may do what deleteEndpoint asks, and no more",
  async (name) => {
    const stack = newStack();
    new EndpointRemoval(stack, "Removal", { endpointName: name });
    const grants = grantsOf(stack, "AWS::IAM::Policy");
    await deploy(name, artifact);
    sent = [];
    const { deleted, kept } = await deleteEndpoint(session, name, quick);
    expect(deleted.map(({ resource }) => resource)).toEqual([
      "autoscaling",
      "endpoint",
      "endpoint-config",
      "model",
    ]);
    expect(kept).toEqual([]);
    expect(refused(grants)).toEqual([]);
    const used = new Set([...sent.map(({ action }) => action), ...LOG]);
    expect(grants.flatMap(({ actions }) => actions).filter((action) => !used.has(action))).toEqual([]);
  },
);

test("the removal may look at a model of another name, which it leaves", async () => {
  const stack = newStack();
  new EndpointRemoval(stack, "Removal", { endpointName: "drivers" });
  hosting.models.set("Shared", { ModelName: "Shared" });
  await deploy("drivers", "Shared");
  sent = [];
  await deleteEndpoint(session, "drivers", quick);
  expect([...hosting.models.keys()]).toEqual(["Shared"]);
  expect(refused(grantsOf(stack, "AWS::IAM::Policy"))).toEqual([]);
});

test("the deployer may do what deployEndpoint and deleteEndpoint ask", async () => {
  const stack = newStack();
  new SightlineFoundation(stack, "Foundation");
  await deploy("drivers", artifact);
  await deleteEndpoint(session, "drivers", quick);
  expect(sent.map(({ action }) => action)).toContain("cloudwatch:PutMetricAlarm");
  expect(refused(grantsOf(stack, "AWS::IAM::ManagedPolicy"))).toEqual([]);
});
