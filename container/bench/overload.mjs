// Starts serve on a model folder and does to it what a bad day does: callers far beyond its capacity, killed and stopped
// inference processes, SIGTERM in full work. Prints what became of every request as JSON; ends with 1 when one was lost, or a
// limit not kept.
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
const limitBytes = values["memory-mib"] ? Number(values["memory-mib"]) * 2 ** 20 : undefined;
const { server, port, ended } = await startServe(
  values.model,
  {
    // Ten stopped processes of 20 s each would make a long bench.
    SAGEMAKER_MODEL_SERVER_TIMEOUT: "5",
    ...(limitBytes ? { SIGHTLINE_MEMORY_BYTES: String(limitBytes) } : {}),
  },
  () => {},
);
const agent = new Agent({ keepAlive: true, maxSockets: 1024 });

await closedLoop(8, 2000);
const capacity = (await closedLoop(8, 5000)).ok / 5;
const report = {
  capacity,
  overload: await overload(capacity * Number(values.times), Number(values.seconds) * 1000),
  kills: await harm(Number(values.kills), "SIGKILL"),
  stops: await harm(Number(values.stops), "SIGSTOP"),
  stop: await stop(),
};
agent.destroy();
const only = (tally, ...statuses) => Object.keys(tally).every((status) => statuses.includes(status));
const { overload: over, kills, stops, stop: end } = report;
const held = {
  memoryWithinLimit: limitBytes === undefined ? undefined : over.peakMib * 2 ** 20 <= limitBytes,
  nothingButAnswersAndRefusals: only(over.tally, "200", "503"),
  refusedWithin50Ms: over.refusedMs.p99 < 50,
  pingsAnswered: only(over.pings, "200"),
  killsLostNothing: only(kills.tally, "200"),
  stopsLostNothing: only(stops.tally, "200"),
  stopLostNothing: only(end.tally, "200") && end.code === 0 && end.milliseconds < 30_000,
};
console.log(JSON.stringify({ ...report, held }, undefined, 2));
process.exitCode = Object.values(held).includes(false) ? 1 : 0;

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
  const ms = (percentile) => refused.percentile(percentile) / 1000;
  const refusedMs = { p50: ms(50), p99: ms(99), most: refused.max / 1000 };
  return { rate, tally, refusedMs, pings, peakMib: Math.round(peak / 2 ** 20) };
}

/** Sends a signal to one inference process after the other while 8 callers go on. */
async function harm(times, signal) {
  if (times === 0) return { times, tally: {} };
  let done = false;
  const load = closedLoop(8, Number.POSITIVE_INFINITY, () => done);
  for (let i = 0; i < times; i++) {
    let hosts = [];
    // Only one that works: a process that has just been started may not have a model yet.
    while ((await hostsReady()) === 0 || hosts.length === 0) {
      hosts = family(server.pid).slice(1);
      await setTimeout(20);
    }
    try {
      process.kill(hosts[i % hosts.length], signal);
    } catch (error) {
      // It has ended since the look: the next one, then.
      if (error.code !== "ESRCH") throw error;
      i--;
    }
    await setTimeout(signal === "SIGSTOP" ? 6500 : 300);
  }
  done = true;
  return { times, tally: (await load).tally };
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
  return { tally, code, milliseconds: Math.round(performance.now() - started) };
}
