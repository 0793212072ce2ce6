import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { SageMakerClient } from "@aws-sdk/client-sagemaker";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createConfig, createEndpoint } from "./hosting-support.js";
import { startStub, temporaryFolder } from "./support.js";

const run = promisify(execFile);

function has(command: string, args: string[]): boolean {
  try {
    execFileSync(command, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
const hasAws = has("aws", ["--version"]);
const hasBoto3 = has("python3", ["-c", "import boto3"]);
if (!hasAws) console.warn("Skipped: the aws command is not installed.");
if (!hasBoto3) console.warn("Skipped: boto3 is not installed.");

let stub: Awaited<ReturnType<typeof startStub>>;
let folder: string;
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  stub = await startStub();
  folder = temporaryFolder();
  // Nothing but what the server tells its user to export; no configuration of the machine's.
  env = {
    PATH: process.env.PATH,
    HOME: folder,
    ...stub.local.env,
  };
});
afterAll(async () => {
  await stub.dispose();
  rmSync(folder, { recursive: true, force: true });
});

describe.skipIf(!hasAws)("aws-cli, unmodified", () => {
  const aws = async (...args: string[]) => (await run("aws", args, { env, cwd: folder })).stdout;
  const json = async (...args: string[]) => JSON.parse((await aws(...args, "--output", "json")) || "{}");

  test("aws s3 mb, cp, ls, sync, mv, rm, rb", async () => {
    await aws("s3", "mb", "s3://cli-bucket");
    mkdirSync(path.join(folder, "tree/deep"), { recursive: true });
    writeFileSync(path.join(folder, "tree/a.txt"), "A");
    writeFileSync(path.join(folder, "tree/deep/b c.txt"), "B");
    const large = Buffer.alloc(20 << 20, "large");
    writeFileSync(path.join(folder, "large.bin"), large);
    await aws("s3", "sync", "tree", "s3://cli-bucket/tree/", "--no-progress");
    await aws("s3", "cp", "large.bin", "s3://cli-bucket/large.bin", "--no-progress");
    expect(await aws("s3", "ls", "s3://cli-bucket/")).toMatch(/PRE tree\/\n.* 20971520 large\.bin/);
    expect(await aws("s3", "ls", "--recursive", "s3://cli-bucket/tree/")).toMatch(
      /tree\/a\.txt\n.*tree\/deep\/b c\.txt/,
    );
    await aws("s3", "cp", "s3://cli-bucket/large.bin", "back.bin", "--no-progress");
    expect(readFileSync(path.join(folder, "back.bin")).equals(large)).toBe(true);
    await aws("s3", "mv", "s3://cli-bucket/tree/a.txt", "s3://cli-bucket/tree/z.txt");
    expect(await aws("s3", "cp", "s3://cli-bucket/tree/z.txt", "-")).toBe("A");
    const url = (await aws("s3", "presign", "s3://cli-bucket/tree/z.txt")).trim();
    expect(await (await fetch(url)).text()).toBe("A");
    await aws("s3", "rm", "--recursive", "s3://cli-bucket/tree/");
    await aws("s3", "rb", "--force", "s3://cli-bucket");
  });

  test("aws sagemaker, sagemaker-runtime, logs and sts", async () => {
    const client = new SageMakerClient(stub.config);
    await createConfig(client, "cli", {});
    await createEndpoint(client, "cli", "cli");
    expect(await json("sts", "get-caller-identity")).toMatchObject({ Account: "000000000000" });
    const { Endpoints } = await json("sagemaker", "list-endpoints");
    expect(Endpoints).toMatchObject([{ EndpointName: "cli", EndpointStatus: "InService" }]);
    await aws(
      ...["sagemaker-runtime", "invoke-endpoint", "--endpoint-name", "cli", "--content-type", "text/plain"],
      ...["--body", "aGVsbG8=", "answer.json"],
    );
    expect(JSON.parse(readFileSync(path.join(folder, "answer.json"), "utf8"))).toMatchObject({
      answer: "no model",
    });
    const { events } = await json(
      "logs",
      "filter-log-events",
      "--log-group-name",
      "/aws/sagemaker/Endpoints/cli",
    );
    expect(events[0].message).toBe("stub: serving no model");
    await aws("sagemaker", "delete-endpoint", "--endpoint-name", "cli");
    const gone = aws("sagemaker", "describe-endpoint", "--endpoint-name", "nobody");
    await expect(gone).rejects.toThrow(/ValidationException.*Could not find endpoint/);
  });
});

describe.skipIf(!hasBoto3)("boto3, unmodified", () => {
  test.each([
    ["works through the same calls", "boto3-calls.py"],
    ["reads what services that speak Query answer, and those that are not there", "boto3-query-calls.py"],
  ])("%s", async (_what, name) => {
    const script = fileURLToPath(new URL(`./${name}`, import.meta.url));
    const { stdout } = await run("python3", [script, folder], { env });
    expect(stdout.trim().split("\n").at(-1)).toBe("all calls answered");
  });
});
