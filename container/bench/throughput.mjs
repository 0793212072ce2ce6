// How much of the machine `serve` turns into answers: decoding and ONNX Runtime alone on all cores, serve over HTTP with 1, 8
// and 64 callers, and, with --python, Flask + gunicorn + Pillow + ONNX Runtime, in turn and several times. Prints JSON.
//   node bench/throughput.mjs --model FOLDER --image FILE [--seconds 5] [--rounds 3] [--python VENV/bin/python]
import { fork, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { Agent, request } from "node:http";
import { createServer } from "node:net";
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { createHistogram } from "node:perf_hooks";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { startServe } from "./start-serve.mjs";

const { values } = parseArgs({
  options: {
    model: { type: "string" },
    image: { type: "string" },
    seconds: { type: "string", default: "5" },
    rounds: { type: "string", default: "3" },
    python: { type: "string" },
  },
});
if (!values.model || !values.image) {
  console.error(
    "usage: node bench/throughput.mjs --model FOLDER --image FILE [--seconds N] [--rounds N] [--python PATH]",
  );
  process.exit(2);
}
const cores = availableParallelism();
const seconds = Number(values.seconds);
const image = await readFile(values.image);
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const CALLERS = [1, 8, 64];
const agent = new Agent({ keepAlive: true, maxSockets: 256 });

const ours = await startServe(values.model, { SIGHTLINE_WORKERS: String(cores) }, () => {});
const peer = values.python ? await startPeer() : undefined;
const servers = [["serve", ours.port], ...(peer ? [["flask", peer.port]] : [])];
for (const [, port] of servers) await closedLoop(port, 4, 1);

const rounds = [];
for (let round = 0; round < Number(values.rounds); round++) {
  const result = { bare: await bare() };
  for (const callers of CALLERS) {
    for (const [name, port] of servers) {
      const { rate, p50, p99 } = await closedLoop(port, callers, seconds);
      result[`${name} ${callers}`] = { rate, p50, p99 };
    }
  }
  rounds.push(result);
  console.error(JSON.stringify(result));
}
const median = (of) => rounds.map(of).sort((a, b) => a - b)[Math.floor(rounds.length / 2)];
/** What a server answers with as many callers as suit it best. */
const most = (round, name) => Math.max(...CALLERS.map((callers) => round[`${name} ${callers}`].rate));
const capacity = median((round) => round["serve 8"].rate);
const single = median((round) => round["serve 1"].p50);
const steady = await openLoop(ours.port, capacity * 0.8, seconds * 2);
const report = {
  cores,
  bareRate: median(({ bare: rate }) => rate),
  ...Object.fromEntries(
    servers.flatMap(([name]) =>
      CALLERS.map((callers) => [`${name} ${callers}`, median((round) => round[`${name} ${callers}`].rate)]),
    ),
  ),
  /** Of each round, for what else the machine does changes from round to round. */
  ofBare: median((round) => most(round, "serve") / round.bare),
  ...(peer && { ofFlask: median((round) => most(round, "serve") / most(round, "flask")) }),
  singleMs: single,
  at80Percent: { ...steady, p99OfSingle: steady.p99 / single },
};
console.log(JSON.stringify(report, undefined, 2));
ours.server.kill("SIGTERM");
peer?.child.kill("SIGTERM");
await ours.ended;
agent.destroy();

/** Pictures a second of one process for each core, with no server around. */
async function bare() {
  const children = Array.from({ length: cores }, () =>
    fork(here("bare.mjs"), [resolve(values.model), values.image, values.seconds]),
  );
  await Promise.all(children.map((child) => once(child, "message")));
  const counts = children.map((child) => once(child, "message"));
  for (const child of children) child.send("go");
  return (await Promise.all(counts)).reduce((sum, [count]) => sum + count, 0) / seconds;
}

function send(port) {
  const started = performance.now();
  return new Promise((done, failed) => {
    const headers = { "content-type": "application/x-image", "content-length": image.length };
    const call = request(
      { port, host: "127.0.0.1", path: "/invocations", method: "POST", headers, agent },
      (response) => {
        response.resume();
        response.once("end", () => done({ status: response.statusCode, ms: performance.now() - started }));
      },
    );
    call.once("error", failed);
    call.end(image);
  });
}

/** Callers that send one request after the other. */
async function closedLoop(port, callers, forSeconds) {
  const times = createHistogram();
  let good = 0;
  const end = performance.now() + forSeconds * 1000;
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (performance.now() < end) {
        const { status, ms } = await send(port);
        if (status === 200) good++;
        times.record(Math.max(1, Math.round(ms * 1000)));
      }
    }),
  );
  return { rate: good / forSeconds, ...percentiles(times) };
}

/** Arrivals at a rate that does not wait for answers. */
async function openLoop(port, rate, forSeconds) {
  const times = createHistogram();
  const statuses = {};
  const open = [];
  const started = performance.now();
  for (let sent = 0; performance.now() - started < forSeconds * 1000; await setTimeout(1)) {
    for (; sent < ((performance.now() - started) / 1000) * rate; sent++) {
      open.push(
        send(port).then(({ status, ms }) => {
          statuses[status] = (statuses[status] ?? 0) + 1;
          times.record(Math.max(1, Math.round(ms * 1000)));
        }),
      );
    }
  }
  await Promise.all(open);
  return { rate, statuses, ...percentiles(times) };
}

function percentiles(times) {
  return { p50: times.percentile(50) / 1000, p99: times.percentile(99) / 1000 };
}

async function startPeer() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  const args = ["-m", "gunicorn", "-w", String(cores), "-b", `127.0.0.1:${port}`, "--chdir", here(".")];
  const child = spawn(values.python, [...args, "--log-level", "error", "flask-peer:app"], {
    env: { ...process.env, MODEL_FOLDER: resolve(values.model) },
    stdio: ["ignore", "inherit", "inherit"],
  });
  for (;;) {
    const response = await fetch(`http://127.0.0.1:${port}/ping`).catch(() => undefined);
    if (response?.ok) return { child, port };
    if (child.exitCode !== null) throw new Error(`gunicorn ended with ${child.exitCode}`);
    await setTimeout(50);
  }
}
