import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type LocalSageMaker, startLocalSageMaker } from "@sightline/local";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as sdk from "../src/index.js";
import { follow } from "./support/follow.js";

const stub = (name: string) => [
  process.execPath,
  fileURLToPath(new URL(`support/stub-${name}.mjs`, import.meta.url)),
];
const images = { stub: { train: stub("train"), serve: stub("serve") } };
const image = sdk.containerImage("stub:1");
const wait = { firstDelayMs: 20, mostDelayMs: 200 } as const;

let folder: string;
let local: LocalSageMaker;
let session: sdk.Session;
let model: sdk.ModelArtifact;
const start = (port: number) => startLocalSageMaker({ stateDir: join(folder, "state"), images, port });
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sl-sdk-faults-"));
  local = await start(0);
  session = await sdk.createSession({
    region: local.region,
    endpointUrl: local.url,
    credentials: local.credentials,
    bucket: "stubs",
    maxAttempts: 1,
  });
  await sdk.ensureBucket(session);
  const { path } = await sdk.packModel({
    output: join(folder, "model.tar.gz"),
    manifest: { schemaVersion: 1, task: "video-markup", model: "model.onnx" },
    files: { "model.onnx": Buffer.from("stub") },
  });
  model = await sdk.uploadModel(session, path, undefined, { image });
});
afterAll(async () => {
  session.close();
  await local.close();
  await rm(folder, { recursive: true, force: true });
});

/** Programs whose environment names this test's state folder: what the local server started for it. */
async function programs(): Promise<number> {
  let count = 0;
  for (const entry of await readdir("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    const environment = await readFile(`/proc/${entry}/environ`, "utf8").catch(() => "");
    if (environment.includes(join(folder, "state"))) count += 1;
  }
  return count;
}

const options: sdk.DeployEndpointOptions = {
  ...wait,
  name: "stub",
  model: { kind: "model-artifact", uri: "", image: "" },
  instance: { type: "ml.m5.large" },
};
const deploy = (more: Partial<sdk.DeployEndpointOptions>) =>
  sdk.deployEndpoint(session, { ...options, model, ...more });

test("an answer comes piece by piece as the container writes it", async () => {
  await deploy({});
  const pieces: string[] = [];
  // The container holds the rest back until the first piece has come and somebody asks for more.
  for await (const piece of sdk.invokeEndpointStream(session, "stub", "hold")) {
    pieces.push(Buffer.from(piece).toString());
    if (pieces.length === 1) await sdk.invokeEndpoint(session, "stub", "release");
  }
  expect(pieces[0]).toBe("one ");
  expect(pieces.join("")).toBe("one two three");
});

test("an answer that the container breaks off is an error, and a loop that is left ends the request", async () => {
  const read = async () => {
    for await (const _piece of sdk.invokeEndpointStream(session, "stub", "break"));
  };
  await expect(read()).rejects.toThrow(sdk.InvocationError);
  for await (const piece of sdk.invokeEndpointStream(session, "stub", "go")) {
    expect(piece.length).toBeGreaterThan(0);
    break;
  }
  expect((await sdk.invokeEndpoint(session, "stub", "go")).text()).toBe("one two three");
});

test("an update keeps the instances that scaling had reached", async () => {
  const autoscaling = { minInstances: 1, maxInstances: 3, invocationsPerInstancePerMinute: 1000 } as const;
  await deploy({ autoscaling });
  await session.send("sagemaker", "UpdateEndpointWeightsAndCapacities", {
    EndpointName: "stub",
    DesiredWeightsAndCapacities: [{ VariantName: "AllTraffic", DesiredInstanceCount: 2 }],
  });
  const updated = await deploy({ environment: { VERSION: "2" }, autoscaling });
  expect(updated.action).toBe("updated");
  const { ProductionVariants } = await session.send<{ ProductionVariants: object[] }>(
    "sagemaker",
    "DescribeEndpoint",
    {
      EndpointName: "stub",
    },
  );
  expect(ProductionVariants).toMatchObject([{ DesiredInstanceCount: 2, CurrentInstanceCount: 2 }]);
});

test("two deployments at the same time both end with what they asked for", async () => {
  const both = await Promise.all([deploy({ name: "twice" }), deploy({ name: "twice" })]);
  expect(both[0]?.configName).toBe(both[1]?.configName);
  const left = await sdk.listResources(session);
  expect(left.filter(({ resource, name }) => resource === "model" && name.startsWith("twice"))).toHaveLength(
    1,
  );
});

test("a wait outlasts a service that goes away and comes back", async () => {
  const START_FILE = join(folder, "start");
  const deploying = deploy({ name: "slow", environment: { START_FILE } });
  const { result } = await follow(deploying, async (event) => {
    if (event.kind !== "status" || event.status !== "Creating") return;
    const { port } = local;
    await local.close();
    // A look in between is refused.
    await expect(session.send("sagemaker", "ListModels", {})).rejects.toThrow(/ECONNREFUSED/);
    local = await start(port);
    await writeFile(START_FILE, "");
  });
  expect(result.action).toBe("created");
  expect((await sdk.invokeEndpoint(session, "slow", "go")).text()).toBe("one two three");
});

test("an abort stops the training that is waited for, when asked to", async () => {
  await sdk.writeObject(session, "train/x", "x");
  const job = await sdk.startTrainingJob(session, {
    algorithm: sdk.customAlgorithm({ image, metrics: sdk.imageClassificationMetrics }),
    channels: { train: sdk.fileChannel("s3://stubs/train/") },
    instance: { type: "ml.m5.large" },
  });
  const controller = new AbortController();
  const reason = new Error("Ctrl-C");
  const waiting = sdk.waitForTrainingJob(session, job, {
    ...wait,
    signal: controller.signal,
    stopOnAbort: true,
  });
  const abort = follow(
    waiting,
    (event) => event.kind === "metric" && event.epoch === 2 && controller.abort(reason),
  );
  await expect(abort).rejects.toBe(reason);
  expect(await sdk.stopTrainingJob(session, job, wait)).toBe("Stopped");
  const error = await sdk.waitForTrainingJob(session, job, wait).catch((thrown) => thrown);
  expect(error).toMatchObject({ name: "TrainingJobFailedError", status: "Stopped" });
});

test.skipIf(process.platform !== "linux")("deleting what was made leaves no program running", async () => {
  expect(await programs()).toBeGreaterThan(1);
  await sdk.deleteResources(session, wait);
  // A program that was told to stop may take a moment.
  for (let looks = 0; looks < 50 && (await programs()) > 0; looks += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect(await programs()).toBe(0);
  expect(await sdk.listResources(session)).toEqual([]);
});
