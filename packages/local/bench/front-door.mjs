// What the server adds to an invocation, how many it carries, and what an object put costs.
//   node bench/front-door.mjs [seconds of load]      (build first)
import { spawn } from "node:child_process";
import { createReadStream, readFileSync, truncateSync, writeFileSync } from "node:fs";
import http from "node:http";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { cpuOf, createEndpoint, quantile, startServer } from "./server.mjs";

const require = createRequire(import.meta.url);
const { S3Client, CreateBucketCommand, PutObjectCommand, GetObjectCommand } = require("@aws-sdk/client-s3");
const { Upload } = require("@aws-sdk/lib-storage");
const { getSignedUrl } = require("@aws-sdk/s3-request-presigner");
const { SageMakerClient } = require("@aws-sdk/client-sagemaker");
const { SageMakerRuntimeClient, InvokeEndpointCommand } = require("@aws-sdk/client-sagemaker-runtime");

const loadSeconds = Number(process.argv[2] ?? 10);
const CALLS = 3000;
const CONNECTIONS = 8;
const MIB = 400;
const PUTS = 7;
const echo = fileURLToPath(new URL("echo", import.meta.url));
const picture = Buffer.alloc(20_000, "picture");
const server = await startServer(echo);
const beside = [];

try {
  const { port } = await start("serve.mjs");
  const { port: proxyPort } = await start("proxy.mjs", String(port));
  await createEndpoint(new SageMakerClient(server.config), "e");
  await invocations("the server", port, server.config);
  await invocations("a bare proxy", port, { ...server.config, endpoint: `http://127.0.0.1:${proxyPort}` });
  await load();
  await puts();
} finally {
  for (const child of beside) child.kill();
  await server.close();
}

/** Starts a program of `echo`. */
async function start(program, ...args) {
  const child = spawn(process.execPath, [path.join(echo, program), ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  beside.push(child);
  const port = Number(await new Promise((resolve) => child.stdout.once("data", resolve)));
  return { port, pid: child.pid };
}

/** One call after the other, straight and through `config` by turns, so that a busy machine slows both alike. */
async function invocations(name, port, config) {
  const direct = { ...config, endpoint: `http://127.0.0.1:${port}` };
  const pairs = {
    [`${name}, plain HTTP`]: [await requester(direct), await requester(config)],
    [`${name}, SDK v3`]: [sdkCaller(direct), sdkCaller(config)],
  };
  const times = Object.fromEntries(Object.keys(pairs).map((name) => [name, [[], []]]));
  for (let call = -300; call < CALLS; call++) {
    for (const [name, callers] of Object.entries(pairs)) {
      for (const [side, caller] of callers.entries()) {
        const started = performance.now();
        await caller();
        if (call >= 0) times[name][side].push(performance.now() - started);
      }
    }
  }
  for (const [name, [straight, through]] of Object.entries(times)) {
    const added = quantile(
      through.map((time, call) => time - straight[call]),
      0.5,
    );
    const [a, b] = [quantile(straight, 0.5), quantile(through, 0.5)];
    console.log(
      `invoke 20 kB through ${name}: p50 ${b.toFixed(3)} ms, ${a.toFixed(3)} straight; it adds ${added.toFixed(3)} ms at the median of ${CALLS} pairs, p99 ${quantile(through, 0.99).toFixed(2)}`,
    );
  }
}

/** As many calls as several connections carry. */
async function load() {
  const call = await requester(server.config, CONNECTIONS);
  let [count, going] = [0, true];
  const caller = async () => {
    for (; going; count++) await call();
  };
  const [own, ofServer, started] = [process.cpuUsage(), server.cpuSeconds(), performance.now()];
  const callers = Array.from({ length: CONNECTIONS }, caller);
  await new Promise((resolve) => setTimeout(resolve, loadSeconds * 1000));
  going = false;
  await Promise.all(callers);
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(own);
  const each = (cpu) => `${((cpu / count) * 1000).toFixed(3)} ms`;
  console.log(
    `load of 20 kB over ${CONNECTIONS} connections: ${(count / seconds).toFixed(0)} requests/s; CPU each: server ${each(server.cpuSeconds() - ofServer)}, client ${each((user + system) / 1e6)}`,
  );
}

/**
 * CPU of the server, for an object put in each of the ways that clients have. The kernel's part is said for itself: in a
 * virtual machine a page that the host must give first costs many times one that it has.
 */
async function puts() {
  const s3 = new S3Client(server.config);
  const noChecksums = new S3Client({ ...server.config, requestChecksumCalculation: "WHEN_REQUIRED" });
  await s3.send(new CreateBucketCommand({ Bucket: "bench" }));
  const file = path.join(server.folder, "object");
  writeFileSync(file, Buffer.alloc(1 << 20, "sightline"));
  truncateSync(file, MIB << 20);
  const Body = readFileSync(file);
  const put = (client, more) =>
    client.send(new PutObjectCommand({ Bucket: "bench", Key: "o", ContentLength: MIB << 20, ...more }));
  const stream = () => ({ Body: createReadStream(file) });
  const ways = {
    "AWS client, stream": () => put(s3, stream()),
    "AWS client, stream, CRC32C": () => put(s3, { ...stream(), ChecksumAlgorithm: "CRC32C" }),
    "AWS client, stream, SHA256": () => put(s3, { ...stream(), ChecksumAlgorithm: "SHA256" }),
    "AWS client, stream, CRC64NVME": () => put(s3, { ...stream(), ChecksumAlgorithm: "CRC64NVME" }),
    "AWS client, buffer": () => put(s3, { Body }),
    "AWS client, buffer, no checksum": () => put(noChecksums, { Body }),
    "AWS client, parts of 8 MiB": () =>
      new Upload({ client: s3, partSize: 8 << 20, params: { Bucket: "bench", Key: "o", Body } }).done(),
    "fetch, presigned URL": async () => {
      const url = await getSignedUrl(noChecksums, new PutObjectCommand({ Bucket: "bench", Key: "o" }));
      await sendByFetch(url, Body);
    },
  };
  const bare = await start("store.mjs", server.folder);
  for (const [name, way] of Object.entries(ways)) await measurePut(name, server.pid, way);
  await measurePut("a bare server, MD5 and CRC-32", bare.pid, () =>
    sendByFetch(`http://127.0.0.1:${bare.port}`, Body),
  );
  const before = server.cpuSeconds();
  const { Body: read } = await s3.send(new GetObjectCommand({ Bucket: "bench", Key: "o" }));
  for await (const _ of read);
  console.log(
    `get ${MIB} MiB: ${(server.cpuSeconds() - before).toFixed(2)} CPU s; peak ${server.peakMiB()} MiB`,
  );
}

/** CPU of a process for one put, at the median of several. */
async function measurePut(name, pid, put) {
  const times = [];
  for (let round = 0; round < PUTS; round++) {
    const before = cpuOf(pid);
    await put();
    const after = cpuOf(pid);
    times.push({ user: after.user - before.user, system: after.system - before.system });
  }
  const median = (value) => quantile(times.map(value), 0.5).toFixed(2);
  const all = times.map(({ user, system }) => (user + system).toFixed(2)).join(", ");
  console.log(
    `put ${MIB} MiB, ${`${name}:`.padEnd(34)} ${median(({ user, system }) => user + system)} CPU s of the server (${all}), ${median(({ user }) => user)} without the kernel's`,
  );
}

async function sendByFetch(url, body) {
  const answer = await fetch(url, { method: "PUT", body });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`PUT: ${answer.status} ${text}`);
}

/** Calls by the AWS client. */
function sdkCaller(config) {
  const client = new SageMakerRuntimeClient(config);
  const input = { EndpointName: "e", Body: picture, ContentType: "image/jpeg" };
  return () => client.send(new InvokeEndpointCommand(input));
}

/** Sends one signed request again and again, so that the client's own signing is not measured. */
async function requester(config, maxSockets = 1) {
  const client = new SageMakerRuntimeClient(config);
  let signed;
  const keep = (next) => (args) => {
    signed = args.request;
    return next(args);
  };
  client.middlewareStack.add(keep, { step: "finalizeRequest", priority: "low", name: "keep" });
  await client.send(
    new InvokeEndpointCommand({ EndpointName: "e", Body: picture, ContentType: "image/jpeg" }),
  );
  const { hostname, port, path: target, headers } = signed;
  const agent = new http.Agent({ keepAlive: true, maxSockets });
  return () =>
    new Promise((resolve, reject) => {
      const request = http.request({ hostname, port, path: target, method: "POST", agent, headers });
      request.once("response", (response) => {
        if (response.statusCode !== 200) reject(new Error(`status ${response.statusCode}`));
        response.resume().once("end", resolve);
      });
      request.once("error", reject);
      request.end(picture);
    });
}
