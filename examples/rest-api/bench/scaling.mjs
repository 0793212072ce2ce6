// The API under a load that rises and falls, on this machine: instances 1 -> 2 -> 3 -> 1, requests counted on both sides.
//   pnpm build && node bench/scaling.mjs [OUT]
// AWS's periods are a tenth: what takes 35 minutes there takes three and a half here.
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
/** Requests a second: 30, 72 and 120 a period, and then hardly any until the endpoint has shrunk. */
const STEPS = [
  { ratePerSecond: 5, seconds: 25 },
  { ratePerSecond: 12, seconds: 30 },
  { ratePerSecond: 20, seconds: 35 },
  { ratePerSecond: 1, seconds: 120 },
];

const example = fileURLToPath(new URL("..", import.meta.url));
const out = process.argv[2] ?? join(example, "../../out/scaling");
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
  const began = new Date(Date.now() - 60_000);
  const test = runLoadTest(target, { steps: STEPS, out });
  for await (const event of test) {
    if (event.kind === "second" && event.second % 10 === 0)
      console.error(`${event.second} s: ${JSON.stringify(event)}`);
  }
  const result = await test;
  const session = await createSession();
  const { Datapoints: points } = await session.send("cloudwatch", "GetMetricStatistics", {
    Namespace: "AWS/SageMaker",
    MetricName: "Invocations",
    Dimensions: [
      { Name: "EndpointName", Value: "rest-api" },
      { Name: "VariantName", Value: "AllTraffic" },
    ],
    StartTime: began,
    EndTime: new Date(Date.now() + 60_000),
    Period: 60,
    Statistics: ["Sum"],
  });
  session.close();
  const counted = points.reduce((sum, { Sum }) => sum + Sum, 0);
  const { requests, failures } = result.total;
  const instances = result.endpoint.instances.map(([, count]) => count);
  const distinct = instances.filter((count, at) => count !== instances[at - 1]);
  console.log(
    JSON.stringify({
      requests,
      failures,
      counted,
      differing: Math.abs(counted - requests) / requests,
      distinct,
    }),
  );
} finally {
  program.kill("SIGINT");
  await once(program, "close");
  rmSync(folder, { recursive: true, force: true });
}
