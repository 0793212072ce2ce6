import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { environment } from "@sightline/contract/environment";
import { freePort } from "@sightline/foundation/free-port";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { drawExamples, type Example, layOutJob, packExamples, removeJob } from "./support/job-folder.js";
import { type Program, startProgram } from "./support/program.js";

const HOSTS = ["algo-1", "algo-2", "algo-3"];
let examples: Example[];
let validation: Uint8Array;
beforeAll(async () => {
  examples = await drawExamples(40, 1);
  // Not a multiple of the hosts: the last picture has no counterpart on the others.
  validation = packExamples(await drawExamples(20, 5000));
});

const roots: string[] = [];
let programs: Program[] = [];
afterEach(async () => {
  for (const { process, ended } of programs.splice(0)) {
    process.kill("SIGKILL");
    await ended;
  }
  for (const root of roots.splice(0)) await removeJob(root);
});

/** The folders of a job's instances. */
async function layOut(
  hosts: readonly string[],
  given: Readonly<Record<string, string>> = {},
  train = packExamples(examples),
): Promise<void> {
  const hyperparameters = { num_classes: "4", num_training_samples: "40", epochs: "3", ...given };
  for (const current_host of hosts) {
    const root = await layOutJob({ train, validation, hyperparameters, checkpoints: true });
    await writeFile(join(root, "input/config/resourceconfig.json"), JSON.stringify({ current_host, hosts }));
    roots.push(root);
  }
}

/** Starts all instances. Their names do not resolve here, so that the first one's address is told. */
async function start(): Promise<readonly Program[]> {
  const env = {
    [environment.trainLeader]: `127.0.0.1:${await freePort()}`,
    [environment.workers]: "1",
  };
  programs = roots.map((root) => startProgram("train", root, env));
  return programs;
}

async function model(root: string): Promise<Buffer[]> {
  return await Promise.all(
    ["model.onnx", "manifest.json"].map((name) => readFile(join(root, "model", name))),
  );
}

describe("train on several instances", () => {
  it("gives the bytes of one instance, also when it goes on from a checkpoint", async () => {
    const given = { augmentation_type: "crop", use_weighted_loss: "1", epochs: "30" };
    await layOut(["algo-1"], given);
    const [alone] = await start();
    expect(await alone!.ended, alone!.output()).toBe(0);
    const whole = await model(roots[0]!);
    await removeJob(roots.pop());

    // What a job is killed behind: a shorter one leaves the same checkpoints.
    await layOut(HOSTS, { ...given, epochs: "12" });
    for (const program of await start()) expect(await program.ended, program.output()).toBe(0);
    for (const root of roots) {
      const path = join(root, "input/config/hyperparameters.json");
      await writeFile(path, (await readFile(path, "utf8")).replace('"12"', '"30"'));
    }
    const resumed = await start();
    for (const program of resumed) expect(await program.ended, program.output()).toBe(0);
    expect(resumed[0]!.output()).toContain("Resuming from a checkpoint after epoch 11.");
    expect(resumed[0]!.output()).toMatch(/Features of channel train: 14 pictures/);
    expect(resumed[2]!.output()).toContain("Features of channel train: given to algo-1.");
    expect(await model(roots[0]!)).toEqual(whole);
    expect(await readdir(join(roots[1]!, "model"))).toEqual([]);
  });

  it("ends on all of them with the reason of the one that failed", async () => {
    const broken = examples.map((example, i) =>
      i === 7 ? { ...example, image: Buffer.from("no image") } : example,
    );
    await layOut(HOSTS, {}, packExamples(broken));
    const [first, second] = await start();
    expect([await first!.ended, await second!.ended]).toEqual([1, 1]);
    const reason = /Channel "train", record 7 .*: The image cannot be decoded/;
    expect(await readFile(join(roots[1]!, "output/failure"), "utf8")).toMatch(reason);
    expect(await readFile(join(roots[0]!, "output/failure"), "utf8")).toMatch(
      /^ClientError: algo-2 failed: /,
    );
    expect(await readFile(join(roots[0]!, "output/failure"), "utf8")).toMatch(reason);
  });

  it("refuses an instance with other data", async () => {
    await layOut(["algo-1", "algo-2"]);
    await writeFile(join(roots[1]!, "input/data/train/train.rec"), packExamples(examples.slice(1)));
    const [first] = await start();
    expect(await first!.ended).toBe(1);
    expect(await readFile(join(roots[0]!, "output/failure"), "utf8")).toMatch(
      /Channel "train" is not the same on algo-1 and algo-2/,
    );
  });

  it("refuses channels that S3 has shared out already", async () => {
    await layOut(["algo-1", "algo-2"]);
    const channel = { ContentType: "application/x-recordio", S3DistributionType: "ShardedByS3Key" };
    await writeFile(
      join(roots[0]!, "input/config/inputdataconfig.json"),
      JSON.stringify({ train: channel, validation: channel }),
    );
    const [first] = await start();
    expect(await first!.ended).toBe(1);
    expect(await readFile(join(roots[0]!, "output/failure"), "utf8")).toMatch(
      /ShardedByS3Key, but each of the 2/,
    );
  });
});
