// The rehearsal, interrupted at every step by SIGINT and by SIGKILL: what is left behind its own clean-up, or --clean?
//   pnpm build && node bench/every-step.mjs [FIRST [LAST]]      all of them take about ten minutes
// A step is what the program says it does, with what it asks of SageMaker or S3 in it. The signal comes when the
// service has done that and the program does not know yet: the worst moment there is. At last --clean itself is killed
// at each of its deletions.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { startLocalSageMaker } from "@sightline/local";
import { createSession, listFiles } from "@sightline/sdk";

const BUCKET = "rehearsal-of-mine";
const [first = 1, last = Number.POSITIVE_INFINITY] = process.argv.slice(2).map(Number);
const main = fileURLToPath(new URL("../dist/main.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "sightline-every-step-"));
const temporary = join(folder, "tmp");
const ledger = join(folder, "ledger.jsonl");
mkdirSync(temporary);

/** Told of each request that was done, before its answer goes back to the program. */
let done = async () => undefined;
const local = await startLocalSageMaker({ stateDir: join(folder, "state") });
const door = http.createServer(async (request, response) => {
  const { method, url, headers } = request;
  const target = new URL(local.url);
  const inner = http.request(
    { host: target.hostname, port: target.port, method, path: url, headers },
    async (answer) => {
      await done(nameOf(request));
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    },
  );
  inner.on("error", () => response.destroy());
  request.pipe(inner);
});
door.listen(0, "127.0.0.1");
await once(door, "listening");
const env = {
  ...process.env,
  ...local.env,
  TMPDIR: temporary,
  SIGHTLINE_BUCKET: BUCKET,
  SIGHTLINE_ROLE_ARN: `arn:aws:iam::${local.account}:role/rehearsal`,
};
for (const [name, value] of Object.entries(local.env)) {
  if (value === local.url) env[name] = `http://127.0.0.1:${door.address().port}`;
}
const session = await createSession({
  region: local.region,
  endpointUrl: local.url,
  credentials: local.credentials,
  bucket: BUCKET,
});

/** What a request asks for: an operation, or a method and the last part of an object's name. */
function nameOf({ method, url, headers }) {
  const operation = headers["x-amz-target"];
  if (operation !== undefined) return operation.split(".").at(-1);
  const { pathname, searchParams } = new URL(url, "http://localhost");
  if (pathname.startsWith("/endpoints/")) return "InvokeEndpoint";
  const object = pathname.split("/").slice(2).at(-1) ?? "";
  return `${method} ${object === "" ? "bucket" : object.replace(/[0-9a-f-]{16,}/, "ID")}${searchParams.has("delete") ? "?delete" : ""}`;
}

/** Runs the program; `at` is told of every step, in words, and may kill it. @returns how it ended */
async function run(args, at) {
  const program = spawn(process.execPath, [main, ...args, "--ledger", ledger], {
    env,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let text = "";
  let step = "begin";
  done = async (name) => at(`${step} / ${name}`, program);
  createInterface({ input: program.stderr }).on("line", (line) => {
    text += `${line}\n`;
    if (/^(pictures|video): |^deleting|^The same on/.test(line)) {
      step = line;
      at(line, program);
    }
  });
  const [status, signal] = await once(program, "close");
  done = async () => undefined;
  return { status, signal, text };
}

/** What is left: in SageMaker, in the bucket, on this disk. */
async function left() {
  const lists = { Endpoints: "Endpoints", Models: "Models", EndpointConfigs: "EndpointConfigs" };
  const found = [];
  for (const [operation, key] of Object.entries({ ...lists, TrainingJobs: "TrainingJobSummaries" })) {
    const answer = await session.send("sagemaker", `List${operation}`, {});
    found.push(...answer[key].map((one) => `${operation} ${JSON.stringify(one)}`));
  }
  for await (const { uri } of listFiles(session, `s3://${BUCKET}/`)) found.push(uri);
  return [...found, ...readdirSync(temporary), ...(existsSync(ledger) ? ["the ledger"] : [])];
}

const steps = [];
let failed = 0;
const row = (number, step, how, ok, what) => {
  if (!ok) failed += 1;
  console.log(
    `| ${number} | ${step} | ${how} | ${ok ? "nothing left" : `LEFT: ${what.join(", ").slice(0, 2000)}`} |`,
  );
};

try {
  const whole = await run(["--rehearse", "--report", join(folder, "report.md")], (step) => {
    if (!steps.includes(step)) steps.push(step);
  });
  if (whole.status !== 0) throw new Error(whole.text);
  // What comes behind happens beside the account, and what comes before makes the bucket at most, which stays.
  steps.splice(steps.indexOf("The same on a local SageMaker, to compare:"));
  steps.splice(0, steps.indexOf("pictures: drawing and packing"));
  console.log(`| step | at | interrupted by | afterwards |\n| --- | --- | --- | --- |`);
  for (const [at, wanted] of steps.entries()) {
    if (at + 1 < first || at + 1 > last) continue;
    for (const signal of ["SIGINT", "SIGKILL"]) {
      let sent = false;
      const ended = await run(["--rehearse", "--report", join(folder, "report.md")], (step, program) => {
        if (step === wanted && !sent) sent = program.kill(signal);
      });
      const expected = signal === "SIGKILL" ? ended.signal === signal : ended.status === 130;
      if (signal === "SIGKILL") {
        const cleaned = await run(["--clean"], () => undefined);
        if (cleaned.status !== 0) ended.text += cleaned.text;
      }
      const rest = await left();
      if (!expected) rest.unshift(`it ended with ${ended.signal ?? ended.status}: ${ended.text.slice(-500)}`);
      row(at + 1, wanted, `${signal}${sent ? "" : ", never"}`, sent && rest.length === 0, rest);
      rmSync(ledger, { force: true });
    }
  }
  if (last >= steps.length) await killClean();
} finally {
  session.close();
  door.close();
  door.closeAllConnections();
  await local.close();
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${steps.length} steps, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** Kills a run when both endpoints stand, and then each --clean at its first deletion that none was killed at. */
async function killClean() {
  await run(["--rehearse"], (step, program) => step === "video: marking up" && program.kill("SIGKILL"));
  const killed = new Set();
  for (;;) {
    const ended = await run(["--clean"], (step, program) => {
      const name = step.split(" / ").at(-1);
      if (!/^(Delete|Stop|Deregister|DELETE|POST .*delete)/.test(name) || killed.has(name)) return;
      killed.add(name);
      program.kill("SIGKILL");
    });
    if (ended.signal !== "SIGKILL") break;
  }
  row("", "--clean", `SIGKILL at ${[...killed].join(", ")}`, (await left()).length === 0, await left());
}
