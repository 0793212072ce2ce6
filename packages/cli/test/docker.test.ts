import { execFile, execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { chmod, copyFile, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startLocalSageMaker } from "@sightline/local";
import { listImages } from "@sightline/recordio";
import { buildPotholeDetector, type DrawnPictures } from "@sightline/samples";
import * as sdk from "@sightline/sdk";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packDrawnPictures } from "../../sdk/test/support/pack-drawn-pictures.js";
import { startRegistry } from "./registry.js";

/**
 * Needs a Docker engine, Debian's docker-registry, and an image to build on: a Debian with Node.js. Without a hub:
 *
 *   debootstrap --variant=minbase bookworm rootfs && cp "$(which node)" rootfs/usr/local/bin/
 *   tar -C rootfs -c . | docker import - local/debian-node:bookworm
 *   SIGHTLINE_DOCKER=1 SIGHTLINE_DOCKER_BASE=local/debian-node:bookworm pnpm test e2e
 */
const base = process.env.SIGHTLINE_DOCKER_BASE;
const reason =
  process.env.SIGHTLINE_DOCKER !== "1" || base === undefined
    ? "SIGHTLINE_DOCKER=1 and SIGHTLINE_DOCKER_BASE=IMAGE are not set"
    : engineProblem();
const program = fileURLToPath(new URL("../bin/sightline.js", import.meta.url));
const localProgram = fileURLToPath(new URL("../../local/bin/sightline-local.js", import.meta.url));
const LIMIT_MS = 300_000;
const TAG = `sightline-test-${process.pid}:1`;
const wait = { firstDelayMs: 100, mostDelayMs: 500 } as const;

function engineProblem(): string | undefined {
  try {
    execFileSync("docker", ["version"], { stdio: "ignore" });
    execFileSync("docker-registry", ["--help"], { stdio: "ignore" });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

const docker = async (...args: string[]) => (await promisify(execFile)("docker", args)).stdout.trim();
const sightline = async (args: string[], env: NodeJS.ProcessEnv = {}) => {
  const { stdout } = await promisify(execFile)(process.execPath, [program, "image", ...args, "--json"], {
    env: { ...process.env, ...env },
    maxBuffer: 64 << 20,
  });
  return JSON.parse(stdout);
};
const ours = (label: string) => docker("ps", "--all", "--quiet", "--filter", `label=${label}`);

let folder: string;
let pictures: DrawnPictures;

if (reason !== undefined) console.log(`The image is not tried in Docker: ${reason}.`);
describe.skipIf(reason !== undefined)("the image", { timeout: LIMIT_MS }, () => {
  let id: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "sightline-test-"));
    // Another user's containers read below it.
    await chmod(folder, 0o755);
    // Docker keeps the registry's login here, not beside the caller's own.
    process.env.DOCKER_CONFIG = join(folder, "docker-config");
    const drawing = { folder: join(folder, "pictures"), classes: 3, perClass: 12, sidePixels: 64 };
    ({ drawn: pictures } = await packDrawnPictures(join(folder, "rec"), drawing));
  }, LIMIT_MS);
  afterAll(async () => {
    if (reason !== undefined) return;
    await docker("image", "rm", "--force", TAG).catch(() => undefined);
    rmSync(folder, { recursive: true, force: true });
  });

  it("is the same to the digest when it is built again, and smaller than 450 MB", async () => {
    const build = () => sightline(["build", "--base", base!, "--network", "host", "--tag", TAG]);
    const first = await build();
    expect(first.bytes).toBeLessThan(450e6);
    await docker("image", "rm", TAG);
    expect(await build()).toEqual(first);
    id = first.id;
  });

  it("trains and serves within 512 MB on one core, as user 1000, with a file system that is read-only", async () => {
    const root = join(folder, "ml");
    const small = [
      "--memory=512m",
      "--cpus=1",
      "--read-only",
      "--tmpfs=/tmp",
      "--user=1000",
      "--network=none",
    ];
    for (const name of ["input/config", "input/data/train", "input/data/validation", "model", "output"])
      mkdirSync(join(root, name), { recursive: true });
    for (const part of ["train", "validation"])
      await copyFile(join(folder, "rec", part, `${part}.rec`), join(root, "input/data", part, `${part}.rec`));
    const hyperparameters = {
      num_classes: "3",
      num_training_samples: "27",
      epochs: "3",
      mini_batch_size: "9",
    };
    writeFileSync(join(root, "input/config/hyperparameters.json"), JSON.stringify(hyperparameters));
    for (const name of ["model", "output"]) execFileSync("chown", ["1000:1000", join(root, name)]);
    await docker("run", "--rm", ...small, `--volume=${root}:/opt/ml`, TAG, "train");
    expect(readdirSync(join(root, "model")).sort()).toEqual(["manifest.json", "model.onnx"]);
    const within = ["--memory", "512m", "--cpus", "1", "--read-only", "--user", "1000"];
    const verdict = await sightline(["try", join(root, "model"), "--image", TAG, ...within]);
    expect(verdict).toMatchObject({ good: true, end: "ended with status 0" });
  });

  it("marks up a video within 1 GB on one core, as user 1000, with a file system that is read-only", async () => {
    const model = join(folder, "detector");
    mkdirSync(model);
    await buildPotholeDetector(join(model, "model.onnx"));
    const manifest = { schemaVersion: 1, task: "video-markup", model: "model.onnx" };
    writeFileSync(join(model, "manifest.json"), JSON.stringify(manifest));
    const within = ["--memory", "1g", "--cpus", "1", "--read-only", "--user", "1000"];
    expect(await sightline(["try", model, "--image", TAG, ...within])).toMatchObject({ good: true });
  });

  it("is pushed to a registry, pulled by local, trains a job and serves an endpoint through the sdk", async () => {
    mkdirSync(join(folder, "registry"));
    const registry = await startRegistry(join(folder, "registry"));
    const stateDir = join(folder, "state");
    const local = await startLocalSageMaker({ stateDir, runner: "docker", registry: registry.host });
    try {
      const pushed = await sightline(["push", TAG, "--repository", "sightline"], local.env);
      expect(pushed).toMatchObject({ created: true, uri: `${registry.host}/sightline:1` });
      expect(pushed.pinned).toMatch(/^127\.0\.0\.1:\d+\/sightline@sha256:[0-9a-f]{64}$/);
      // Now only the registry has it.
      await docker("image", "rm", "--force", TAG, pushed.uri);
      const { region, credentials, url: endpointUrl } = local;
      const role = "arn:aws:iam::000000000000:role/test";
      const session = await sdk.createSession({ region, credentials, endpointUrl, role, bucket: "drivers" });
      await sdk.ensureBucket(session);
      const data = await sdk.uploadFiles(session, join(folder, "rec"), "channels/", {
        filter: (path) => path.endsWith(".rec"),
      });
      const image = sdk.containerImage("000000000000.dkr.ecr.us-east-1.amazonaws.com/sightline:1");
      const job = await sdk.startTrainingJob(session, {
        algorithm: sdk.customAlgorithm({
          image,
          hyperparameters: { num_classes: 3, num_training_samples: 27, epochs: 2, mini_batch_size: 9 },
        }),
        channels: {
          train: sdk.recordIOChannel(`${data.uri}train/`),
          validation: sdk.recordIOChannel(`${data.uri}validation/`),
        },
        instance: { type: "ml.m5.xlarge" },
      });
      const { model } = await sdk.waitForTrainingJob(session, job, wait);
      const endpoint = await sdk.deployEndpoint(session, {
        ...wait,
        name: "drivers",
        model,
        instance: { type: "ml.m5.xlarge" },
      });
      expect(await ours(`sightline.local.state=${stateDir}`)).not.toBe("");
      const [entry] = (await listImages(pictures.folder)).entries;
      const picture = await readFile(join(pictures.folder, entry!.path));
      expect(await sdk.classifyImage(session, endpoint, new Uint8Array(picture))).toHaveLength(3);
      const pulled = await docker("image", "inspect", "--format", "{{.Id}}", pushed.uri);
      expect(pulled).toBe(id);
    } finally {
      await local.close();
      await registry.close();
    }
    expect(await ours(`sightline.local.state=${stateDir}`)).toBe("");
  });

  it("ends with the local server, also when that is killed", async () => {
    const stateDir = join(folder, "killed");
    const label = `sightline.local.state=${stateDir}`;
    const args = [localProgram, "start", "--port", "0", "--state", stateDir, "--runner", "docker", "--json"];
    const server = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    try {
      const lines = createInterface({ input: server.stdout });
      const [line] = await new Promise<[string]>((resolve) => lines.once("line", (text) => resolve([text])));
      const { url: endpointUrl, region, env } = JSON.parse(line);
      const credentials = { accessKeyId: env.AWS_ACCESS_KEY_ID, secretAccessKey: env.AWS_SECRET_ACCESS_KEY };
      const role = "arn:aws:iam::000000000000:role/test";
      const session = await sdk.createSession({ region, credentials, endpointUrl, role, bucket: "killed" });
      await sdk.ensureBucket(session);
      const data = await sdk.writeObject(session, "data/one", "1");
      // The test before has left it under the registry's name alone.
      await docker("tag", id, TAG);
      await sdk.startTrainingJob(session, {
        // A program that would go on for ever.
        algorithm: sdk.customAlgorithm({ image: sdk.containerImage(TAG) }),
        channels: { data: sdk.fileChannel(data) },
        instance: { type: "ml.m5.xlarge" },
        aws: { AlgorithmSpecification: { ContainerEntrypoint: ["sleep"], ContainerArguments: ["1000"] } },
      });
      await until(async () => (await ours(label)) !== "");
    } finally {
      server.kill("SIGKILL");
    }
    await until(async () => (await ours(label)) === "");
  });
});

async function until(probe: () => Promise<boolean>): Promise<void> {
  while (!(await probe())) await new Promise((resolve) => setTimeout(resolve, 100));
}
