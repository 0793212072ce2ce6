// Figures of the local server: S3 throughput and memory, endpoint start, invocation overhead.
//   node bench/run.mjs [gigabytes]      (build first)
import { spawn } from "node:child_process";
import { createReadStream, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import http from "node:http";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const { S3Client, CreateBucketCommand, GetObjectCommand, PutObjectCommand } = require("@aws-sdk/client-s3");
const { Upload } = require("@aws-sdk/lib-storage");
const sagemaker = require("@aws-sdk/client-sagemaker");
const { SageMakerRuntimeClient, InvokeEndpointCommand } = require("@aws-sdk/client-sagemaker-runtime");

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const bytes = Math.round(Number(process.argv[2] ?? 1) * 2 ** 30);
const folder = mkdtempSync(path.join(os.tmpdir(), "sightline-bench-"));
const server = spawn(
  process.execPath,
  [
    here("../dist/cli.js"),
    "start",
    "--port",
    "0",
    "--state",
    path.join(folder, "state"),
    "--json",
    "--image",
    `stub=${here("../test/stub")}`,
  ],
  { stdio: ["ignore", "pipe", "ignore"] },
);
const [line] = await new Promise((resolve) =>
  createInterface({ input: server.stdout }).once("line", (text) => resolve([text])),
);
const { url, region, env } = JSON.parse(line);
const credentials = { accessKeyId: env.AWS_ACCESS_KEY_ID, secretAccessKey: env.AWS_SECRET_ACCESS_KEY };
const config = { endpoint: url, region, credentials };
const s3 = new S3Client(config);
/** CPU seconds and peak resident MiB of the server. */
const usage = () => {
  const stat = readFileSync(`/proc/${server.pid}/stat`, "utf8").split(") ")[1].split(" ");
  const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, "utf8"))[1];
  return { cpu: (Number(stat[11]) + Number(stat[12])) / 100, peakMiB: Math.round(Number(peak) / 1024) };
};
async function measure(name, work) {
  const before = usage();
  const started = performance.now();
  await work();
  const seconds = (performance.now() - started) / 1000;
  const after = usage();
  const cpu = after.cpu - before.cpu;
  const mib = bytes / 2 ** 20;
  console.log(
    `${name.padEnd(34)} ${seconds.toFixed(2)} s  ${(mib / seconds).toFixed(0)} MiB/s  server CPU ${cpu.toFixed(2)} s (${(mib / cpu).toFixed(0)} MiB per CPU second)  peak ${after.peakMiB} MiB`,
  );
}

try {
  await s3.send(new CreateBucketCommand({ Bucket: "bench" }));
  const file = path.join(folder, "big");
  writeFileSync(file, Buffer.alloc(1 << 20, "sightline"));
  truncateSync(file, bytes);
  console.log(`idle peak ${usage().peakMiB} MiB; object of ${bytes} bytes`);
  await measure("PutObject, one stream", () =>
    s3.send(
      new PutObjectCommand({
        Bucket: "bench",
        Key: "one",
        Body: createReadStream(file),
        ContentLength: bytes,
      }),
    ),
  );
  await measure("lib-storage, 8 MiB parts", () =>
    new Upload({
      client: s3,
      partSize: 8 << 20,
      params: { Bucket: "bench", Key: "parts", Body: createReadStream(file) },
    }).done(),
  );
  for (const Key of ["one", "parts"]) {
    await measure(`GetObject (${Key})`, async () => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: "bench", Key }));
      let read = 0;
      for await (const piece of Body) read += piece.length;
      if (read !== bytes) throw new Error(`read ${read} bytes`);
    });
  }

  const client = new sagemaker.SageMakerClient(config);
  const role = "arn:aws:iam::000000000000:role/bench";
  const container = { ModelName: "m", ExecutionRoleArn: role, PrimaryContainer: { Image: "stub" } };
  await client.send(new sagemaker.CreateModelCommand(container));
  const variant = { VariantName: "v", ModelName: "m", InstanceType: "ml.m5.large", InitialInstanceCount: 1 };
  await client.send(
    new sagemaker.CreateEndpointConfigCommand({ EndpointConfigName: "c", ProductionVariants: [variant] }),
  );
  const started = performance.now();
  await client.send(new sagemaker.CreateEndpointCommand({ EndpointName: "e", EndpointConfigName: "c" }));
  for (;;) {
    const { EndpointStatus } = await client.send(
      new sagemaker.DescribeEndpointCommand({ EndpointName: "e" }),
    );
    if (EndpointStatus === "InService") break;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  console.log(
    `endpoint of a bare node server in service after ${(performance.now() - started).toFixed(0)} ms`,
  );

  // The container alone, and through the server, by turns, so that a busy machine slows both alike.
  const stub = spawn(process.execPath, [here("../test/stub/serve.mjs")], {
    env: { ...process.env, SAGEMAKER_BIND_TO_PORT: "18080" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  await new Promise((resolve) => stub.stdout.once("data", resolve));
  const agent = new http.Agent({ keepAlive: true });
  const body = Buffer.alloc(20_000);
  const direct = () =>
    new Promise((resolve, reject) => {
      const request = http.request(
        {
          port: 18080,
          host: "127.0.0.1",
          path: "/invocations",
          method: "POST",
          agent,
          headers: { "content-type": "image/jpeg" },
        },
        (response) => response.resume().once("end", resolve),
      );
      request.once("error", reject);
      request.end(body);
    });
  const runtime = new SageMakerRuntimeClient(config);
  const through = () =>
    runtime.send(new InvokeEndpointCommand({ EndpointName: "e", Body: body, ContentType: "image/jpeg" }));
  const signedOnly = await signedRequester(url, runtime, body);
  const rows = { direct: [], "through, plain http": [], "through, SDK v3": [] };
  for (let index = 0; index < 2200; index++) {
    for (const [name, call] of [
      ["direct", direct],
      ["through, plain http", signedOnly],
      ["through, SDK v3", through],
    ]) {
      const at = performance.now();
      await call();
      if (index >= 200) rows[name].push(performance.now() - at);
    }
  }
  for (const [name, times] of Object.entries(rows)) {
    times.sort((a, b) => a - b);
    const at = (share) => times[Math.floor(times.length * share)].toFixed(2);
    console.log(`invoke 20 kB, ${name.padEnd(20)} p50 ${at(0.5)} ms  p90 ${at(0.9)} ms  p99 ${at(0.99)} ms`);
  }
  stub.kill();
} finally {
  server.kill("SIGTERM");
  await new Promise((resolve) => server.once("exit", resolve));
  rmSync(folder, { recursive: true, force: true });
}

/** Sends one signed request again and again, so that the client's own signing is not measured. */
async function signedRequester(endpoint, client, payload) {
  let signed;
  client.middlewareStack.add(
    (next) => async (args) => {
      signed ??= { headers: { ...args.request.headers }, path: args.request.path };
      return next(args);
    },
    { step: "finalizeRequest", priority: "low", name: "capture", override: true },
  );
  await client.send(
    new InvokeEndpointCommand({ EndpointName: "e", Body: payload, ContentType: "image/jpeg" }),
  );
  client.middlewareStack.remove("capture");
  const agent = new http.Agent({ keepAlive: true });
  const { hostname, port } = new URL(endpoint);
  return () =>
    new Promise((resolve, reject) => {
      const request = http.request(
        { hostname, port, path: signed.path, method: "POST", agent, headers: signed.headers },
        (response) => {
          if (response.statusCode !== 200) reject(new Error(`status ${response.statusCode}`));
          response.resume().once("end", resolve);
        },
      );
      request.once("error", reject);
      request.end(payload);
    });
}
