// The API under a load that rises and falls, on this machine: instances 1 -> 2 -> 3 -> 1, requests counted on both sides.
//   pnpm build && node bench/scaling.mjs [MINUTES] [OUT]      3.5 minutes where none are given, and at least
// AWS's periods are a tenth: its fifteen quiet minutes before an endpoint shrinks are one and a half here.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { runLoadTest } from "@sightline/load";
import { drawPictures } from "@sightline/samples";
import { createSession } from "@sightline/sdk";

const TIME_SCALE = 0.1;
/** Per instance and minute of AWS: six seconds here. */
const TARGET = 50;
/** Seconds with hardly any load, in which the endpoint shrinks. */
const REST = 120;
const minutes = Number(process.argv[2] ?? 3.5);
if (!(minutes >= 3.5 && minutes <= 120)) throw new RangeError("MINUTES is a number from 3.5 to 120.");
const share = (part) => Math.round(part * (minutes * 60 - REST));
/** Requests a second: 30, 72 and 120 a period, which is one, two and three instances; then the rest. */
const STEPS = [
  { ratePerSecond: 5, seconds: share(0.28) },
  { ratePerSecond: 12, seconds: share(0.33) },
  { ratePerSecond: 20, seconds: share(0.39) },
  { ratePerSecond: 1, seconds: REST },
];

const example = fileURLToPath(new URL("..", import.meta.url));
const out = process.argv[3] ?? join(example, "../../out/scaling");
const folder = mkdtempSync(join(tmpdir(), "sightline-scaling-"));
const args = ["dist/main.js", "--json", "--emulator-port", "0"];
const program = spawn(
  process.execPath,
  [...args, "--time-scale", String(TIME_SCALE), "--invocations", String(TARGET)],
  { cwd: example, stdio: ["ignore", "pipe", "inherit"] },
);
try {
  const [line] = await once(createInterface({ input: program.stdout }), "line");
  const { url, env } = JSON.parse(line);
  Object.assign(process.env, env);
  const { folder: pictures, classes } = await drawPictures({ folder, perClass: 2, sidePixels: 64 });
  const own = join(pictures, classes[1]);
  const data = readFileSync(join(own, readdirSync(own)[0]));
  const { host, port, pathname } = new URL(url);
  const target = {
    // Emulators tell APIs apart by their Host; not every resolver knows names below localhost.
    url: `http://127.0.0.1:${port}${pathname}classify`,
    headers: { host, "content-type": "image/jpeg" },
    bodies: [{ data }],
    watchEndpoint: "rest-api",
  };
  const began = new Date();
  const test = runLoadTest(target, { steps: STEPS, out });
  for await (const event of test) {
    if (event.kind !== "second" || event.second % 30 !== 0) continue;
    const { second, requestsPerSecond, failures, latencyMs } = event;
    console.error(
      `${second} s: ${requestsPerSecond} requests/s, ${failures} failed, median ${latencyMs.percentiles[50]} ms`,
    );
  }
  const result = await test;
  process.exitCode = judge(result, await askServer(began)) ? 0 : 1;
} finally {
  program.kill("SIGINT");
  await once(program, "close");
  rmSync(folder, { recursive: true, force: true });
}

/** What CloudWatch has of the endpoint since a moment, all minutes together. */
async function askServer(began) {
  const session = await createSession();
  const sum = async (name, statistic = "Sum") => {
    const { Datapoints: points } = await session.send("cloudwatch", "GetMetricStatistics", {
      Namespace: "AWS/SageMaker",
      MetricName: name,
      Dimensions: [
        { Name: "EndpointName", Value: "rest-api" },
        { Name: "VariantName", Value: "AllTraffic" },
      ],
      StartTime: new Date(Math.floor(began.getTime() / 60_000) * 60_000),
      EndTime: new Date(Date.now() + 60_000),
      Period: 60,
      Statistics: [statistic],
    });
    return points.reduce((total, point) => total + point[statistic], 0);
  };
  const counted = {
    requests: await sum("Invocations"),
    failures: (await sum("Invocation4XXErrors")) + (await sum("Invocation5XXErrors")),
    microseconds: (await sum("ModelLatency")) + (await sum("OverheadLatency")),
  };
  session.close();
  return counted;
}

/** Prints a line for each thing that had to be shown. @returns whether all were */
function judge({ total, steps, endpoint, notes }, server) {
  const course = endpoint.instances.filter(([, count], at, all) => count !== all[at - 1]?.[1]);
  const apart = (one, other) => (100 * Math.abs(one - other)) / Math.max(other, 1);
  const requests = apart(total.requests, server.requests);
  const rates = steps.map(({ asked, requests: sent, seconds }) => {
    const rate = sent / seconds;
    return { rate, apart: apart(rate, asked.ratePerSecond) };
  });
  const lines = [
    [
      course.map(([, count]) => count).join() === "1,2,3,1",
      `instances ${course.map(([second, count]) => `${count} (${second.toFixed(0)} s)`).join(" -> ")}`,
    ],
    [total.failures === 0, `${total.failures} of ${total.requests} requests failed`],
    [
      requests <= 2,
      `requests: ${total.requests} in the report, ${server.requests} by the endpoint's metrics: ${requests.toFixed(2)} % apart`,
    ],
    [
      server.failures === total.failures,
      `failures: ${total.failures} in the report, ${server.failures} by the endpoint's metrics`,
    ],
    [
      rates.every((one) => one.apart <= 2),
      `rates: ${rates.map((one, at) => `${one.rate.toFixed(2)} of ${STEPS[at].ratePerSecond} (${one.apart.toFixed(2)} %)`).join(", ")} a second`,
    ],
  ];
  for (const [met, text] of lines) console.log(`${met ? "met   " : "MISSED"} ${text}`);
  const { mean, percentiles } = total.latencyMs;
  const ofEndpoint = server.microseconds / server.requests / 1000;
  console.log(
    `latency: mean ${mean.toFixed(1)} ms, median ${percentiles[50]}, 95 % ${percentiles[95]}, 99 % ${percentiles[99]}; ${ofEndpoint.toFixed(1)} ms of the mean in the endpoint`,
  );
  for (const note of notes) console.log(`note: ${note}`);
  return lines.every(([met]) => met);
}
