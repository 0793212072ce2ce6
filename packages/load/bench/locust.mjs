// Requests per CPU second of the generator, ours and Locust's, on the same target, in turn; and the percentiles that
// each tells, where all send what they are asked to.
//   LOCUST=/path/to/locust node bench/locust.mjs [rounds [seconds]]
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { runLoadTest } from "@sightline/load";

const { LOCUST } = process.env;
if (LOCUST === undefined) throw new Error("LOCUST is the path of Locust's program (pip install locust).");
const at = (name) => fileURLToPath(new URL(name, import.meta.url));
const [rounds = 2, seconds = 8] = process.argv.slice(2).map(Number);
const BODY_BYTES = 20_000;
const settings = [
  { name: "16 users, no pause, answer at once", users: 16, think: 0, waitMs: [0] },
  { name: "400 users, 0.1-0.5 s pause, answer after 20 ms", users: 400, think: 0.5, waitMs: [20] },
  // Locust rounds what is above 100 ms to tens.
  { name: "40 users, 0.1-0.5 s pause, answer after 40 to 95 ms", users: 40, think: 0.5, waitMs: [40, 95] },
];

async function startTarget(waitMs) {
  const child = spawn(process.execPath, [at("target.mjs"), ...waitMs.map(String)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const port = await new Promise((resolve) => child.stdout.once("data", (data) => resolve(Number(data))));
  return { url: `http://127.0.0.1:${port}`, stop: () => child.stdin.end() };
}

async function ours({ users, think }, url) {
  const bodies = [{ data: randomBytes(BODY_BYTES), contentType: "image/jpeg" }];
  const { total, generator } = await runLoadTest(
    { url: `${url}/x`, bodies },
    { steps: [{ users, seconds }], thinkSeconds: [think / 5, think], workers: 1 },
  );
  const { percentiles } = total.latencyMs;
  return row(total.requests, total.failures, generator.cpuSeconds, percentiles[50], percentiles[95]);
}

async function locusts({ users, think }, url, userClass) {
  const child = spawn(
    LOCUST,
    ["-f", at("locustfile.py"), "--headless", "-u", users, "-r", users, "-t", `${seconds}s`, "-H", url].map(
      String,
    ),
    {
      env: { ...process.env, BODY_BYTES, THINK_SECONDS: think, USER_CLASS: userClass },
      stdio: ["ignore", "pipe", "ignore"],
    },
  );
  let text = "";
  for await (const chunk of child.stdout) text += chunk;
  const line = /BENCH (.*)/.exec(text);
  if (line === null) throw new Error(`Locust told nothing: ${text}`);
  return row(...line[1].split(" ").map(Number));
}

function row(requests, failures, cpu, median, high) {
  return { perCpuSecond: Math.round(requests / cpu), requests, failures, cpu, median, high };
}

for (const setting of settings) {
  console.log(`\n${setting.name}, bodies of ${BODY_BYTES} bytes, ${seconds} s`);
  const generators = {
    "@sightline/load": ours,
    "Locust HttpUser": (...given) => locusts(...given, "HttpUser"),
    "Locust FastHttpUser": (...given) => locusts(...given, "FastHttpUser"),
  };
  const all = {};
  for (let round = 0; round < rounds; round++) {
    for (const [name, generate] of Object.entries(generators)) {
      const target = await startTarget(setting.waitMs);
      try {
        const found = await generate(setting, target.url);
        all[name] = [...(all[name] ?? []), found];
        const latency = `median ${found.median.toFixed(1)} ms, 95 % ${found.high.toFixed(1)} ms`;
        console.log(
          `${name.padEnd(20)} ${found.perCpuSecond} requests/CPU s (${found.requests} in ${found.cpu.toFixed(2)} s, ${found.failures} failed), ${latency}`,
        );
      } finally {
        target.stop();
      }
    }
  }
  const [own, ...others] = Object.entries(all).map(([name, found]) => ({
    name,
    perCpuSecond: medianOf(found, "perCpuSecond"),
    median: medianOf(found, "median"),
    high: medianOf(found, "high"),
  }));
  for (const other of others) {
    const apart = (key) => `${(100 * (own[key] / other[key] - 1)).toFixed(1)} %`;
    console.log(
      `  ${(own.perCpuSecond / other.perCpuSecond).toFixed(2)} times ${other.name}'s requests per CPU second; median ${apart("median")}, 95 % ${apart("high")} from its`,
    );
  }
}

/** The median of a figure over the rounds. */
function medianOf(found, key) {
  const sorted = found.map((one) => one[key]).sort((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2;
}
