// Starts serve on a model folder and does to it what a bad day does: callers far beyond its capacity, killed and stopped
// inference processes, SIGTERM in full work. Tells what became of every request.
//   node bench/overload.mjs --model FOLDER --image FILE [--seconds 60] [--times 5] [--kills 50] [--stops 10] [--memory-mib N]
import { readFile } from "node:fs/promises";
import { Agent, request } from "node:http";
import { createHistogram } from "node:perf_hooks";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import { family, residentBytes } from "./resident.mjs";
import { startServe } from "./start-serve.mjs";

const { values } = parseArgs({
  options: {
    model: { type: "string" },
    image: { type: "string" },
    seconds: { type: "string", default: "60" },
    times: { type: "string", default: "5" },
    kills: { type: "string", default: "50" },
    stops: { type: "string", default: "10" },
    "memory-mib": { type: "string" },
  },
});
if (!values.model || !values.image) {
  console.error(
    "usage: node bench/overload.mjs --model FOLDER --image FILE [--seconds N] [--times N] [--kills N] [--stops N] [--memory-mib N]",
  );
  process.exit(2);
}
const image = await readFile(values.image);
const { server, port, ended } = await startServe(values.model, {
  // Ten stopped processes of 20 s each would make a long bench.
  SAGEMAKER_MODEL_SERVER_TIMEOUT: "2",
  ...(values["memory-mib"] ? { SIGHTLINE_MEMORY_BYTES: String(Number(values["memory-mib"]) * 2 ** 20) } : {}),
});
const agent = new Agent({ keepAlive: true, maxSockets: 1024 });

await closedLoop(8, 2000);
const capacity = (await closedLoop(8, 5000)).ok / 5;
console.log(`capacity with 8 callers: ${capacity.toFixed(0)} requests/s`);
await overload(capacity * Number(values.times), Number(values.seconds) * 1000);
await harm("kills", Number(values.kills), "SIGKILL");
await harm("stops", Number(values.stops), "SIGSTOP");
await stop();
agent.destroy();

/** Status, or the error's code; and how long it took. */
function send(path = "/invocations", using = agent) {
  const started = performance.now();
  return new Promise((done) => {
    const post = path === "/invocations";
    const headers = post ? { "content-type": "application/x-image", "content-length": image.length } : {};
    const call = request({ port, path, method: post ? "POST" : "GET", headers, agent: using }, (response) => {
      response.resume();
      response.once("end", () =>
        done({
          status: response.statusCode,
          milliseconds: performance.now() - started,
          last: response.headers.connection === "close",
        }),
      );
    });
    call.once("error", (error) => done({ status: error.code, milliseconds: performance.now() - started }));
    call.end(post ? image : undefined);
  });
}

/** Callers that send one request after the other. */
async function closedLoop(callers, forMs, until = () => false) {
  const tally = {};
  const end = performance.now() + forMs;
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (performance.now() < end && !until()) {
        const { status } = await send();
        tally[status] = (tally[status] ?? 0) + 1;
      }
    }),
  );
  return { tally, ok: tally[200] ?? 0 };
}

/** Arrivals at a rate that does not wait for answers. */
async function overload(rate, forMs) {
  const tally = {};
  const refused = createHistogram();
  const pings = {};
  let peak = 0;
  const open = new Set();
  const started = performance.now();
  let sent = 0;
  let nextPing = 0;
  for (let now = 0; now < forMs; now = performance.now() - started) {
    for (; sent < (now / 1000) * rate; sent++) {
      const work = send().then(({ status, milliseconds }) => {
        tally[status] = (tally[status] ?? 0) + 1;
        if (status === 503) refused.record(Math.max(1, Math.round(milliseconds * 1000)));
        open.delete(work);
      });
      open.add(work);
    }
    if (now >= nextPing) {
      nextPing = now + 500;
      peak = Math.max(peak, residentBytes(server.pid));
      void send("/ping", false).then(({ status }) => {
        pings[status] = (pings[status] ?? 0) + 1;
      });
    }
    await setTimeout(2);
  }
  await Promise.all(open);
  const ms = (percentile) => (refused.percentile(percentile) / 1000).toFixed(1);
  console.log(
    `${values.times} times that for ${forMs / 1000} s: ${JSON.stringify(tally)}; refused in p50 ${ms(50)}, p99 ${ms(99)}, at most ${(refused.max / 1000).toFixed(1)} ms; pings ${JSON.stringify(pings)}; at most ${(peak / 2 ** 20).toFixed(0)} MiB`,
  );
}

/** Sends a signal to one inference process after the other while 8 callers go on. */
async function harm(name, times, signal) {
  if (times === 0) return;
  let done = false;
  const load = closedLoop(8, Number.POSITIVE_INFINITY, () => done);
  for (let i = 0; i < times; i++) {
    let hosts = [];
    // Only one that works: a process that has just been started may not have a model yet.
    while ((await hostsReady()) === 0 || hosts.length === 0) {
      hosts = family(server.pid).slice(1);
      await setTimeout(20);
    }
    process.kill(hosts[i % hosts.length], signal);
    await setTimeout(signal === "SIGSTOP" ? 3500 : 300);
  }
  done = true;
  console.log(`${times} ${name} of inference processes: ${JSON.stringify((await load).tally)}`);
}

async function hostsReady() {
  const page = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return Number(/^sightline_hosts_ready (\d+)/m.exec(page)[1]);
}

/** SIGTERM while 16 callers send on kept-alive connections until they are told that theirs ends. */
async function stop() {
  const tally = {};
  let answered = 0;
  const callers = Array.from({ length: 16 }, async () => {
    const own = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let last = false; !last; ) {
      const answer = await send("/invocations", own);
      tally[answer.status] = (tally[answer.status] ?? 0) + 1;
      answered += 1;
      last = answer.last ?? true;
    }
    own.destroy();
  });
  while (answered < 100) await setTimeout(5);
  const started = performance.now();
  server.kill("SIGTERM");
  await Promise.all(callers);
  const code = await ended;
  console.log(
    `SIGTERM under 16 kept-alive callers: ${JSON.stringify(tally)}; ended with ${code} after ${(performance.now() - started).toFixed(0)} ms`,
  );
}
