// How much of the machine `serve` turns into answers: decoding and ONNX Runtime alone on all cores, serve over HTTP with 1, 8
// and 64 callers, and the same model in Python, with --flask behind Flask + gunicorn and with --mms behind multi-model-server
// (needs Java), in turn and several times. Prints JSON. Both options are the Python of an environment that holds the server,
// numpy, Pillow and onnxruntime; neither is part of this project.
//   node bench/throughput.mjs --model FOLDER --image FILE [--seconds 5] [--rounds 3] [--flask VENV/bin/python] [--mms VENV/bin/python]
import { fork } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { createHistogram } from "node:perf_hooks";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { openCallers } from "./callers.mjs";
import { startFlask, startMms } from "./peers.mjs";
import { startServe } from "./start-serve.mjs";

const { values } = parseArgs({
  options: {
    model: { type: "string" },
    image: { type: "string" },
    seconds: { type: "string", default: "5" },
    rounds: { type: "string", default: "3" },
    flask: { type: "string" },
    mms: { type: "string" },
  },
});
if (!values.model || !values.image) {
  console.error(
    "usage: node bench/throughput.mjs --model FOLDER --image FILE [--seconds N] [--rounds N] [--flask PYTHON] [--mms PYTHON]",
  );
  process.exit(2);
}
const cores = availableParallelism();
const seconds = Number(values.seconds);
const image = await readFile(values.image);
const CALLERS = [1, 8, 64];
const ends = [];
// What has been started ends with this program, see `peers.mjs`.
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
try {
  const servers = [];
  const add = (name, { port, end }) => {
    ends.push(end);
    servers.push([name, openCallers(port, image)]);
  };
  const { server, port, ended } = await startServe(
    values.model,
    { SIGHTLINE_WORKERS: String(cores) },
    () => {},
  );
  const end = () => {
    server.kill("SIGTERM");
    return ended;
  };
  add("serve", { port, end });
  if (values.flask) add("flask", await startFlask(values.flask, values.model, cores));
  if (values.mms) add("mms", await startMms(values.mms, values.model, cores));
  console.log(JSON.stringify(await measure(servers), undefined, 2));
  for (const [, callers] of servers) callers.close();
} finally {
  await Promise.all(ends.map((end) => end()));
}

async function measure(servers) {
  for (const [, callers] of servers) await closedLoop(callers, 4, 1);
  const [[, ours], ...peers] = servers;
  const rounds = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    const result = { bare: await bare() };
    for (const count of CALLERS) {
      for (const [name, callers] of servers)
        result[`${name} ${count}`] = await closedLoop(callers, count, seconds);
    }
    rounds.push(result);
    console.error(JSON.stringify(result));
  }
  const windows = await below(ours, 0.8, Number(values.rounds) * 4);
  const median = (of) => rounds.map(of).sort((a, b) => a - b)[Math.floor(rounds.length / 2)];
  /** What a server answers with as many callers as suit it best. */
  const most = (round, name) => Math.max(...CALLERS.map((count) => round[`${name} ${count}`].rate));
  const single = median((round) => round["serve 1"].p50);
  /** How many times as much serve answers, of each round. */
  const timesOf = (name) => ({
    ...Object.fromEntries(
      CALLERS.map((count) => [
        count,
        median((round) => round[`serve ${count}`].rate / round[`${name} ${count}`].rate),
      ]),
    ),
    most: median((round) => most(round, "serve") / most(round, name)),
  });
  return {
    cores,
    bareRate: median(({ bare: rate }) => rate),
    ...Object.fromEntries(
      servers.flatMap(([name]) =>
        CALLERS.map((count) => [`${name} ${count}`, median((round) => round[`${name} ${count}`].rate)]),
      ),
    ),
    ofBare: median((round) => most(round, "serve") / round.bare),
    ...Object.fromEntries(peers.map(([name]) => [`times ${name}`, timesOf(name)])),
    singleMs: single,
    at80Percent: windows,
  };
}

/** Pictures a second of one process for each core, with no server around. */
async function bare() {
  const script = fileURLToPath(new URL("bare.mjs", import.meta.url));
  const children = Array.from({ length: cores }, () =>
    fork(script, [resolve(values.model), values.image, values.seconds]),
  );
  await Promise.all(children.map((child) => once(child, "message")));
  const counts = children.map((child) => once(child, "message"));
  for (const child of children) child.send("go");
  return (await Promise.all(counts)).reduce((sum, [count]) => sum + count, 0) / seconds;
}

/** Callers that send one request after the other. */
async function closedLoop(callers, count, forSeconds) {
  const times = createHistogram();
  let good = 0;
  const statuses = {};
  const end = performance.now() + forSeconds * 1000;
  await Promise.all(
    Array.from({ length: count }, async () => {
      while (performance.now() < end) {
        const { status, ms } = await callers.send();
        if (status === 200) good++;
        else statuses[status] = (statuses[status] ?? 0) + 1;
        times.record(Math.max(1, Math.round(ms * 1000)));
      }
    }),
  );
  return {
    rate: good / forSeconds,
    ...percentiles(times),
    ...(Object.keys(statuses).length > 0 && { statuses }),
  };
}

/**
 * Requests that come at a share of the capacity, in windows between two measurements of it. A shared machine may change
 * its speed by a third within seconds: a window counts if the capacity behind it is within a tenth of the one before it.
 */
async function below(callers, share, count) {
  const counted = [];
  let capacity = (await closedLoop(callers, 8, seconds / 2)).rate;
  for (let window = 0; window < count; window++) {
    const single = await closedLoop(callers, 1, seconds / 5);
    const { p50, p99, statuses } = await openLoop(callers, capacity * share, seconds);
    const before = capacity;
    capacity = (await closedLoop(callers, 8, seconds / 2)).rate;
    const steady = Math.abs(capacity / before - 1) <= 0.1;
    const result = { before, after: capacity, steady, single: single.p50, p50, p99, statuses };
    console.error(JSON.stringify(result));
    if (steady) counted.push({ p50, p99, p99OfSingle: p99 / single.p50 });
  }
  const of = (name) => counted.map((window) => window[name]).sort((a, b) => a - b);
  return {
    windows: count,
    steady: counted.length,
    p50: of("p50"),
    p99: of("p99"),
    p99OfSingle: of("p99OfSingle"),
  };
}

/** Arrivals at a rate that does not wait for answers. */
async function openLoop(callers, rate, forSeconds) {
  const times = createHistogram();
  const statuses = {};
  const open = [];
  const started = performance.now();
  for (let sent = 0; performance.now() - started < forSeconds * 1000; await setTimeout(1)) {
    for (; sent < ((performance.now() - started) / 1000) * rate; sent++) {
      open.push(
        callers.send().then(({ status, ms }) => {
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
