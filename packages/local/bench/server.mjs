// A server of its own for a bench, in a folder that goes with it.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const sagemaker = require("@aws-sdk/client-sagemaker");

/**
 * Starts `sightline-local` with the image `bench`, whose programs lie in `image`. It gets the options of this Node.js, so
 * that `node --cpu-prof bench/...` profiles both.
 */
export async function startServer(image, ...options) {
  const folder = mkdtempSync(path.join(os.tmpdir(), "sightline-bench-"));
  const cli = fileURLToPath(new URL("../dist/cli.js", import.meta.url));
  const state = path.join(folder, "state");
  const child = spawn(
    process.execPath,
    [
      ...process.execArgv,
      cli,
      "start",
      "--port",
      "0",
      "--state",
      state,
      "--json",
      "--image",
      `bench=${image}`,
      ...options,
    ],
    { stdio: ["ignore", "pipe", "ignore"] },
  );
  const [line] = await new Promise((resolve) =>
    createInterface({ input: child.stdout }).once("line", (text) => resolve([text])),
  );
  const { url, region, env } = JSON.parse(line);
  const credentials = { accessKeyId: env.AWS_ACCESS_KEY_ID, secretAccessKey: env.AWS_SECRET_ACCESS_KEY };
  return {
    folder,
    url,
    config: { endpoint: url, region, credentials },
    pid: child.pid,
    cpuSeconds: () => cpuSecondsOf(child.pid),
    peakMiB: () => {
      const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
      return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)[1]) / 1024);
    },
    async close() {
      child.kill("SIGTERM");
      await new Promise((resolve) => child.once("exit", resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** CPU seconds of a running process, its own and the kernel's for it, to a hundredth. */
export function cpuOf(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return { user: Number(stat[11]) / 100, system: Number(stat[12]) / 100 };
}

/** CPU seconds of a running process, to a hundredth. */
export function cpuSecondsOf(pid) {
  const { user, system } = cpuOf(pid);
  return user + system;
}

/** Creates a model, a config of one variant and an endpoint, all called `name`; returns once it is in service. */
export async function createEndpoint(client, name, environment = {}, variant = {}) {
  await createConfig(client, name, environment, variant);
  await client.send(new sagemaker.CreateEndpointCommand({ EndpointName: name, EndpointConfigName: name }));
  return settled(client, name);
}

/** Creates a model of the image `bench` and a config of one variant, both called `name`. */
export async function createConfig(client, name, environment = {}, variant = {}) {
  await client.send(
    new sagemaker.CreateModelCommand({
      ModelName: name,
      ExecutionRoleArn: "arn:aws:iam::000000000000:role/bench",
      PrimaryContainer: { Image: "bench", Environment: environment },
    }),
  );
  const of = { VariantName: "v", ModelName: name, InstanceType: "ml.m5.large", InitialInstanceCount: 1 };
  await client.send(
    new sagemaker.CreateEndpointConfigCommand({
      EndpointConfigName: name,
      ProductionVariants: [{ ...of, ...variant }],
    }),
  );
}

/** What an endpoint says of itself once it is not being changed any more. */
export async function settled(client, EndpointName) {
  for (;;) {
    const endpoint = await client.send(new sagemaker.DescribeEndpointCommand({ EndpointName }));
    if (!/ing/.test(endpoint.EndpointStatus)) return endpoint;
    await sleep(10);
  }
}

/** The value below which a share of the values lie; sorts them. */
export function quantile(values, share) {
  return values.sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];
}
