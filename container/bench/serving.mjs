// Starts serve on a model folder and measures latency, throughput, overload and memory.
//   node bench/serving.mjs --model FOLDER --image FILE [--requests 5000] [--concurrency 1,2,8,32] [--workers N]
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { Agent, request } from "node:http";
import { cpus } from "node:os";
import { createHistogram } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { family, residentBytes } from "./resident.mjs";
import { startServe } from "./start-serve.mjs";

const { values } = parseArgs({
  options: {
    model: { type: "string" },
    image: { type: "string" },
    requests: { type: "string", default: "5000" },
    concurrency: { type: "string", default: "1,2,8,32" },
    workers: { type: "string", default: "" },
  },
});
if (!values.model || !values.image) {
  console.error(
    "usage: node bench/serving.mjs --model FOLDER --image FILE [--requests N] [--concurrency LIST] [--workers N]",
  );
  process.exit(2);
}

const image = await readFile(values.image);
const started = performance.now();
const { server, port, ended } = await startServe(values.model, { SIGHTLINE_WORKERS: values.workers });
console.log(
  `ready after ${(performance.now() - started).toFixed(0)} ms; ${cpus().length} cores, ${cpus()[0].model}`,
);

const agent = new Agent({ keepAlive: true, maxSockets: 256 });
await burst(50, 2);
for (const concurrency of values.concurrency.split(",").map(Number)) {
  const before = usage();
  const { statuses, histogram, seconds } = await burst(
    Math.max(100, Number(values.requests) / 20),
    concurrency,
  );
  const cpu = usage().cpuSeconds - before.cpuSeconds;
  const count = Object.values(statuses).reduce((a, b) => a + b, 0);
  console.log(
    `concurrency ${concurrency}: ${(count / seconds).toFixed(1)} requests/s, p50 ${ms(histogram, 50)} ms, p95 ${ms(histogram, 95)} ms, p99 ${ms(histogram, 99)} ms, ${((cpu / count) * 1000).toFixed(1)} ms CPU a request, ${JSON.stringify(statuses)}`,
  );
}
const overload = await burst(600, 200);
console.log(
  `overload, 200 at once: ${JSON.stringify(overload.statuses)}, p50 ${ms(overload.histogram, 50)} ms`,
);

const parts = 5;
for (let part = 0; part <= parts; part++) {
  if (part > 0) await burst(Number(values.requests) / parts, 8);
  console.log(
    `after ${(Number(values.requests) / parts) * part} requests: ${(usage().rssBytes / 2 ** 20).toFixed(0)} MiB in ${usage().processes} processes`,
  );
}
server.kill("SIGTERM");
console.log(`serve ended with ${await ended}`);
agent.destroy();

function ms(histogram, percentile) {
  return (histogram.percentile(percentile) / 1e6).toFixed(1);
}

async function burst(count, concurrency) {
  const histogram = createHistogram();
  const statuses = {};
  let left = Math.round(count);
  const begin = performance.now();
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (left-- > 0) {
        const from = process.hrtime.bigint();
        const status = await send();
        histogram.record(Number(process.hrtime.bigint() - from));
        statuses[status] = (statuses[status] ?? 0) + 1;
      }
    }),
  );
  return { histogram, statuses, seconds: (performance.now() - begin) / 1000 };
}

function send() {
  return new Promise((done, failed) => {
    const headers = { "content-type": "application/x-image", "content-length": image.length };
    const post = request({ port, path: "/invocations", method: "POST", headers, agent }, (response) => {
      response.resume();
      response.once("end", () => done(response.statusCode));
    });
    post.once("error", failed);
    post.end(image);
  });
}

/** CPU seconds and resident memory of serve and its children, from /proc. */
function usage() {
  const pids = family(server.pid);
  let ticks = 0;
  for (const pid of pids) {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
    ticks += Number(fields[11]) + Number(fields[12]);
  }
  return { cpuSeconds: ticks / 100, rssBytes: residentBytes(server.pid), processes: pids.length };
}
