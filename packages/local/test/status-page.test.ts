import { existsSync } from "node:fs";
import http from "node:http";
import {
  CloudWatchClient,
  GetMetricStatisticsCommand,
  type GetMetricStatisticsCommandInput,
} from "@aws-sdk/client-cloudwatch";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import {
  type AlgorithmSpecification,
  CreateTrainingJobCommand,
  DescribeTrainingJobCommand,
  SageMakerClient,
} from "@aws-sdk/client-sagemaker";
import {
  InvokeEndpointCommand,
  type InvokeEndpointCommandInput,
  SageMakerRuntimeClient,
} from "@aws-sdk/client-sagemaker-runtime";
import { chromium } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createConfig, createEndpoint, putModel } from "./hosting-support.js";
import { eventually, startStub } from "./support.js";
import { Bucket, jobRequest } from "./training-support.js";

const browserPath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  (path) => existsSync(path),
);

/** The stub prints what this is read from. */
const algorithm: AlgorithmSpecification = {
  TrainingImage: "stub",
  TrainingInputMode: "File",
  MetricDefinitions: [{ Name: "validation:accuracy", Regex: "Validation-accuracy=(\\S+)" }],
};

let stub: Awaited<ReturnType<typeof startStub>>;
let acting: Awaited<ReturnType<typeof startStub>>;
let root: string;

/** A server that shows what a job and an endpoint did, and one with buttons. */
beforeAll(async () => {
  [stub, acting] = await Promise.all([startStub(), startStub({ pageActions: true })]);
  root = `${stub.local.url}/_sightline/`;
  const client = new SageMakerClient(stub.config);
  const s3 = new S3Client(stub.config);
  await s3.send(new CreateBucketCommand({ Bucket }));
  for (const Key of ["in/train/a.rec", "in/validation/v.rec"])
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: "x" }));
  await client.send(
    new CreateTrainingJobCommand(
      jobRequest("curve", { AlgorithmSpecification: algorithm, HyperParameters: { epochs: "3" } }),
    ),
  );
  await createConfig(client, "drivers", { uri: await putModel(s3, "one") }, [
    { InstanceType: "ml.g5.xlarge" },
  ]);
  await createEndpoint(client, "drivers", "drivers");
  const runtime = new SageMakerRuntimeClient(stub.config);
  const invoke = (input: Partial<InvokeEndpointCommandInput>) =>
    runtime.send(new InvokeEndpointCommand({ EndpointName: "drivers", Body: new Uint8Array(3), ...input }));
  for (let call = 0; call < 3; call++) await invoke({});
  const failing = { ContentType: "application/x-command", Body: JSON.stringify({ status: 500 }) };
  await expect(invoke(failing)).rejects.toMatchObject({ name: "ModelError" });
  await eventually(async () => {
    const { TrainingJobStatus } = await client.send(
      new DescribeTrainingJobCommand({ TrainingJobName: "curve" }),
    );
    return TrainingJobStatus === "Completed" || undefined;
  });
});
afterAll(() => Promise.all([stub.dispose(), acting.dispose()]));

async function page(path = ""): Promise<string> {
  const response = await fetch(`${root}${path}`);
  expect(response.status).toBe(200);
  return response.text();
}

/** `fetch` lets nobody set Host and Origin. */
function ask(url: string, headers: Record<string, string>, body?: string): Promise<number | undefined> {
  const { promise, resolve, reject } = withResolvers<number | undefined>();
  const method = body === undefined ? "GET" : "POST";
  const request = http.request(url, {
    method,
    headers: { ...headers, ...(body && { "content-length": body.length }) },
  });
  request.on("response", (response) => resolve(response.resume().statusCode)).on("error", reject);
  request.end(body);
  return promise;
}

test("the overview shows endpoints with instances and traffic, jobs, buckets, and that a price is unknown", async () => {
  const html = await page();
  expect(html).toMatch(/drivers<\/a><\/td><td><span class="badge good">InService/);
  expect(html).toContain("1 of 1 × ml.g5.xlarge</td><td>4, ");
  expect(html).toContain("drivers stands on machines with a GPU");
  expect(html).toMatch(/curve<\/a><\/td><td>training<\/td><td><span class="badge good">Completed/);
  expect(html).toContain(`<td>${Bucket}</td>`);
  expect(html).toContain("price unknown");
});

test("the figures of an endpoint are those that CloudWatch gives", async () => {
  const [, invocations, failed, p50, p95] =
    /<td>(\d+), <span class="bad">(\d+) failed<\/span><\/td><td>([\d.]+) ms, ([\d.]+) ms</.exec(
      await page(),
    )!;
  const cloudwatch = new CloudWatchClient(stub.config);
  const told = async (MetricName: string, more: Partial<GetMetricStatisticsCommandInput>) => {
    const dimensions = { EndpointName: "drivers", VariantName: "v1" };
    const { Datapoints } = await cloudwatch.send(
      new GetMetricStatisticsCommand({
        Namespace: "AWS/SageMaker",
        MetricName,
        Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
        StartTime: new Date(0),
        EndTime: new Date(Date.now() + 60_000),
        // One period that holds all since 1970: no border falls between the calls.
        Period: 60 * Math.ceil(Date.now() / 60_000),
        ...more,
      }),
    );
    expect(Datapoints).toHaveLength(1);
    return Datapoints![0]!;
  };
  const sum = async (name: string) => (await told(name, { Statistics: ["Sum"] })).Sum;
  expect(await sum("Invocations")).toBe(Number(invocations));
  expect((await sum("Invocation4XXErrors"))! + (await sum("Invocation5XXErrors"))!).toBe(Number(failed));
  const { ExtendedStatistics: latency } = await told("ModelLatency", { ExtendedStatistics: ["p50", "p95"] });
  expect((latency!.p50! / 1000).toFixed(1)).toBe(p50);
  expect((latency!.p95! / 1000).toFixed(1)).toBe(p95);
});

test("a job's page has its curves and its log, an endpoint's its instances", async () => {
  const job = await page("jobs/training/curve");
  expect(job).toContain("<polyline");
  expect(job).toContain("<pre>");
  expect(await page("endpoints/drivers")).toMatch(/i-[0-9a-f]{16}<\/td><td>v1<\/td><td>127\.0\.0\.1:\d+/);
  for (const path of ["jobs/training/none", "jobs/none/curve", "endpoints/none", "none", "jobs"])
    expect((await fetch(`${root}${path}`)).status).toBe(404);
});

test("names are shown as text, whatever is in them", async () => {
  const response = await fetch(`${root}endpoints/${encodeURIComponent("<script>")}`);
  expect(await response.text()).not.toContain("<script>");
  expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
});

test("it answers under this machine's own names alone: another name that leads here is DNS rebinding", async () => {
  const { port } = stub.local;
  expect(await ask(root, { host: `localhost:${port}` })).toBe(200);
  for (const host of [
    `evil.example:${port}`,
    "evil.example",
    `127.0.0.1.evil.example:${port}`,
    "127.0.0.1:1",
  ])
    expect(await ask(root, { host })).toBe(403);
});

test("nothing is changed without --page-actions, nor without the token of the server's own page", async () => {
  expect(await page("endpoints/drivers")).not.toContain("<form");
  const own = { origin: stub.local.url };
  expect(await ask(`${root}delete/drivers`, own, "token=x")).toBe(403);

  const url = `${acting.local.url}/_sightline/`;
  const client = new SageMakerClient(acting.config);
  await createConfig(client, "drivers", { uri: await putModel(new S3Client(acting.config), "one") });
  await createEndpoint(client, "drivers", "drivers");
  const html = await (await fetch(`${url}endpoints/drivers`)).text();
  const [, token = ""] = /name="token" value="([^"]+)"/.exec(html) ?? [];
  const form = `token=${encodeURIComponent(token)}`;
  const origin = acting.local.url;
  expect(await ask(`${url}delete/drivers`, { origin }, "token=wrong")).toBe(403);
  expect(await ask(`${url}delete/drivers`, { origin: "http://evil.example" }, form)).toBe(403);
  expect(await ask(`${url}delete/drivers`, {}, form)).toBe(403);
  expect(await ask(`${url}delete/drivers`, { origin }, "token=".padEnd(5000, "x"))).toBe(403);
  expect(await ask(`${url}none/drivers`, { origin }, form)).toBe(404);
  expect((await fetch(`${url}endpoints/drivers`)).status).toBe(200);
  expect(await ask(`${url}delete/drivers`, { origin }, form)).toBe(303);
  await eventually(async () => (await fetch(`${url}endpoints/drivers`)).status === 404 || undefined);
});

test.skipIf(browserPath === undefined)(
  "in Chromium it renews itself, fits a phone, and is dark where that is asked for",
  async () => {
    const browser = await chromium.launch({ executablePath: browserPath!, args: ["--no-sandbox"] });
    try {
      const tab = await browser.newPage({ viewport: { width: 390, height: 800 }, colorScheme: "dark" });
      const complaints: string[] = [];
      tab.on("console", (message) => complaints.push(message.text()));
      await tab.goto(root);
      await tab.locator("body[data-renewed]").waitFor({ timeout: 60_000 });
      expect(await tab.locator("h2").allTextContents()).toEqual(["Endpoints", "Jobs", "Scaling", "Buckets"]);
      const [wide, background] = await tab.evaluate<[number, string]>(
        "[document.documentElement.scrollWidth, getComputedStyle(document.documentElement).colorScheme]",
      );
      expect({ wide, background }).toEqual({ wide: 390, background: "light dark" });
      await tab.getByRole("link", { name: "curve" }).click();
      await tab.locator("svg polyline").first().waitFor({ timeout: 60_000 });
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
    }
  },
);

function withResolvers<T>() {
  let [resolve, reject]: [(value: T) => void, (error: Error) => void] = [() => undefined, () => undefined];
  const promise = new Promise<T>((done, failed) => {
    [resolve, reject] = [done, failed];
  });
  return { promise, resolve, reject };
}
