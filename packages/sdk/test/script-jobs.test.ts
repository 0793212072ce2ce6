import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import * as sdk from "../src/index.js";
import { folder, session, withLocal } from "./support/with-local.js";

const image = sdk.containerImage("scripts:1");
const wait = { firstDelayMs: 20, mostDelayMs: 200 } as const;

withLocal("scripts", { scripts: { scripts: true } });
let code: string;
beforeAll(async () => {
  await sdk.ensureBucket(session);
  await sdk.writeObject(session, "numbers/a.txt", "1 2 3");
  code = join(folder, "code");
  await mkdir(join(code, "node_modules/heavy"), { recursive: true });
  await writeFile(join(code, "node_modules/heavy/index.js"), "left behind");
  await writeFile(
    join(code, "sum.mjs"),
    "export const sum = (text) => text.split(' ').reduce((a, b) => a + +b, 0);",
  );
  await writeFile(
    join(code, "train.mjs"),
    `import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { sum } from "./sum.mjs";
const { SM_CHANNEL_NUMBERS, SM_MODEL_DIR, SM_HPS } = process.env;
if (existsSync("node_modules")) throw new Error("node_modules came too");
const total = sum(readFileSync(SM_CHANNEL_NUMBERS + "/a.txt", "utf8")) * JSON.parse(SM_HPS).factor;
writeFileSync(SM_MODEL_DIR + "/total.txt", String(total));
console.log("total=" + total);`,
  );
  await writeFile(
    join(code, "process.mjs"),
    `import { readFileSync, writeFileSync } from "node:fs";
import { sum } from "./sum.mjs";
const [, , name] = process.argv;
const total = sum(readFileSync("/opt/ml/processing/input/numbers/a.txt", "utf8"));
writeFileSync("/opt/ml/processing/output/totals/" + name, String(total));`,
  );
});

test("a training script runs with the folder around it, its hyperparameters and its channels", async () => {
  const script = await sdk.uploadScript(session, { folder: code, entry: "train.mjs" });
  expect(await sdk.uploadScript(session, { folder: code, entry: "train.mjs" })).toEqual(script);
  const job = await sdk.startTrainingJob(session, {
    algorithm: sdk.scriptAlgorithm({
      image,
      script,
      hyperparameters: { factor: 2, text: "as it is" },
      metrics: [{ name: "total", regex: "total=(\\d+)" }],
    }),
    channels: { numbers: sdk.fileChannel("s3://scripts/numbers/") },
    instance: { type: "ml.m5.large" },
  });
  const done = await sdk.waitForTrainingJob(session, job, wait);
  expect(done.metrics).toMatchObject([{ name: "total", value: 12 }]);
});

test("a processing script is uploaded from its folder and run with its arguments", async () => {
  const job = await sdk.startProcessingJob(session, {
    image,
    script: { folder: code, entry: "process.mjs" },
    args: ["total.txt"],
    inputs: { numbers: { uri: "s3://scripts/numbers/" } },
    outputs: { totals: { uri: "s3://scripts/totals/" } },
    instance: { type: "ml.m5.large" },
  });
  await sdk.waitForProcessingJob(session, job, wait);
  expect(Buffer.from(await sdk.readObject(session, "totals/total.txt")).toString()).toBe("6");
});

test("a processing script alone needs nothing but itself", async () => {
  const alone = join(folder, "alone.mjs");
  await writeFile(
    alone,
    'import { writeFileSync } from "node:fs"; writeFileSync("/opt/ml/processing/output/said/a", "hi");',
  );
  const job = await sdk.startProcessingJob(session, {
    image,
    script: alone,
    outputs: { said: { uri: "s3://scripts/said/" } },
    instance: { type: "ml.m5.large" },
  });
  await sdk.waitForProcessingJob(session, job, wait);
  expect(Buffer.from(await sdk.readObject(session, "said/a")).toString()).toBe("hi");
});

const processing = (more: Partial<sdk.ProcessingJobOptions>) =>
  sdk.startProcessingJob(session, { image, instance: { type: "ml.m5.large" }, ...more });

test.each<[string, () => Promise<unknown>, RegExp]>([
  [
    "is not there",
    () => processing({ script: join(folder, "none.mjs") }),
    /script must be a file or folder that is there/,
  ],
  [
    "is not in its folder",
    () => processing({ script: { folder: code, entry: "x.py" } }),
    /script.entry must be a file in/,
  ],
  ["nothing runs", () => processing({ script: join(code, "node_modules/heavy/index.rb") }), /script must be/],
  [
    "takes another input's name",
    () => processing({ script: join(code, "sum.mjs"), inputs: { code: { uri: "s3://scripts/numbers/" } } }),
    /inputs must be without "code"/,
  ],
])("a script that %s is refused", async (_, start, reason) => {
  await expect(start()).rejects.toThrow(sdk.InvalidInputError);
  await expect(start()).rejects.toThrow(reason);
});
