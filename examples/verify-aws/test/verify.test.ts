import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type LocalSageMaker, startLocalSageMaker } from "@sightline/local";
import { createSession, listFiles, type Session } from "@sightline/sdk";
import { afterAll, beforeAll, expect, test } from "vitest";

const main = fileURLToPath(new URL("../dist/main.js", import.meta.url));
const BUCKET = "rehearsal-of-mine";
let folder: string;
let local: LocalSageMaker;
let env: Record<string, string>;
let session: Session;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sightline-verify-test-"));
  local = await startLocalSageMaker({ stateDir: join(folder, "state"), account: "111122223333" });
  env = {
    ...local.env,
    SIGHTLINE_BUCKET: BUCKET,
    SIGHTLINE_ROLE_ARN: "arn:aws:iam::111122223333:role/secret-role",
  };
  session = await createSession({
    region: local.region,
    endpointUrl: local.url,
    credentials: local.credentials,
    bucket: BUCKET,
  });
});
afterAll(async () => {
  session.close();
  await local.close();
  await rm(folder, { recursive: true, force: true });
});

/** Starts the program; `said` is told every line of its stderr. */
function start(
  args: readonly string[],
  said: (line: string, program: ChildProcess) => void = () => undefined,
  more: Readonly<Record<string, string>> = {},
) {
  const program = spawn(process.execPath, [main, ...args, "--ledger", join(folder, "ledger.jsonl")], {
    env: { ...process.env, ...env, ...more },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  createInterface({ input: program.stderr }).on("line", (line) => {
    text += `${line}\n`;
    said(line, program);
  });
  return once(program, "close").then(([status, signal]) => ({ status, signal, text }));
}

/** What SageMaker and the bucket still have. */
async function left(): Promise<string[]> {
  const [endpoints, models, configs, jobs] = await Promise.all([
    session.send<{ Endpoints: object[] }>("sagemaker", "ListEndpoints", {}),
    session.send<{ Models: object[] }>("sagemaker", "ListModels", {}),
    session.send<{ EndpointConfigs: object[] }>("sagemaker", "ListEndpointConfigs", {}),
    session.send<{ TrainingJobSummaries: object[] }>("sagemaker", "ListTrainingJobs", {}),
  ]);
  const all = [endpoints.Endpoints, models.Models, configs.EndpointConfigs, jobs.TrainingJobSummaries].flat();
  const files: string[] = [];
  for await (const { uri } of listFiles(session, `s3://${BUCKET}/`)) files.push(uri);
  return [...all.map((one) => JSON.stringify(one)), ...files];
}

/** Upper bound, in milliseconds, on a machine that does much else. */
const PATIENCE = 600_000;

test("a run that is killed when all has been made leaves a ledger, and --clean deletes all that it names", {
  timeout: PATIENCE,
}, async () => {
  const killed = await start(["--rehearse"], (line, program) => {
    if (line === "video: marking up") program.kill("SIGKILL");
  });
  expect(killed.signal, killed.text).toBe("SIGKILL");
  expect(existsSync(join(folder, "ledger.jsonl"))).toBe(true);
  const second = await start(["--rehearse"]);
  expect(second.text).toContain("Run verify-aws --clean first");
  expect(second.status).toBe(1);
  const cleaned = await start(["--clean"]);
  expect(cleaned.status, cleaned.text).toBe(0);
  expect(await left()).toEqual([]);
  expect(existsSync(join(folder, "ledger.jsonl"))).toBe(false);
});

test("Ctrl-C in the middle of training deletes what was made, on this disk too", {
  timeout: PATIENCE,
}, async () => {
  const temporary = join(folder, "tmp");
  await mkdir(temporary);
  const ended = await start(
    ["--rehearse"],
    (line, program) => {
      if (line === "pictures: training") program.kill("SIGINT");
    },
    { TMPDIR: temporary },
  );
  expect(ended.status, ended.text).toBe(130);
  expect(await left()).toEqual([]);
  expect(await readdir(temporary)).toEqual([]);
  expect(existsSync(join(folder, "ledger.jsonl"))).toBe(false);
});

test("a rehearsal runs both flows, sees what local sees, tells no name, and leaves nothing", {
  timeout: PATIENCE,
}, async () => {
  const report = join(folder, "report.md");
  const { status, text } = await start(["--rehearse", "--report", report]);
  expect(status, text).toBe(0);
  const said = await readFile(report, "utf8");
  expect(said).toContain("Nothing but figures.");
  expect(said).toMatch(/\| video: frames \| 20 \| 20 \| same \|/);
  expect(said).toMatch(/\| endpoint: a broken picture \| refused with 4\d\d \|/);
  for (const secret of ["111122223333", BUCKET, "secret-role"]) expect(said).not.toContain(secret);
  expect(await left()).toEqual([]);
});
