import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeImagePayload, frameRecord } from "@sightline/recordio";
import { drawShape, SHAPES } from "./draw-shapes.js";

/** One record to pack. */
export interface Example {
  readonly image: Uint8Array;
  readonly labels: readonly number[];
}

/** Drawn pictures, the classes in turn. */
export async function drawExamples(count: number, firstSeed: number): Promise<Example[]> {
  const examples: Example[] = [];
  for (let i = 0; i < count; i++) {
    const label = i % SHAPES.length;
    examples.push({ image: await drawShape(label, firstSeed + i), labels: [label] });
  }
  return examples;
}

/** The bytes of a `.rec` file. */
export function packExamples(examples: readonly Example[]): Uint8Array {
  return Buffer.concat(
    examples.map(({ image, labels }, id) =>
      Buffer.concat([frameRecord(encodeImagePayload({ id, labels }, image))].flat()),
    ),
  );
}

/** What goes below the root of a training job. */
export interface JobFiles {
  readonly train?: Uint8Array;
  readonly validation?: Uint8Array;
  readonly labels?: readonly string[];
  readonly hyperparameters: Readonly<Record<string, string>>;
  readonly checkpoints?: boolean;
}

/** A folder as SageMaker lays it out below /opt/ml; the caller removes it. */
export async function layOutJob(files: JobFiles): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "sightline-test-"));
  const write = async (path: string, data: Uint8Array | string): Promise<void> => {
    const full = join(root, path);
    await mkdir(join(full, ".."), { recursive: true });
    await writeFile(full, data);
  };
  if (files.train) await write("input/data/train/train.rec", files.train);
  if (files.validation) await write("input/data/validation/validation.rec", files.validation);
  if (files.labels) await write("input/data/labels/labels.json", JSON.stringify(files.labels));
  await write("input/config/hyperparameters.json", JSON.stringify(files.hyperparameters));
  const channel = {
    ContentType: "application/x-recordio",
    TrainingInputMode: "File",
    S3DistributionType: "FullyReplicated",
  };
  await write("input/config/inputdataconfig.json", JSON.stringify({ train: channel, validation: channel }));
  await write(
    "input/config/resourceconfig.json",
    JSON.stringify({ current_host: "algo-1", hosts: ["algo-1"] }),
  );
  await mkdir(join(root, "model"), { recursive: true });
  if (files.checkpoints) await mkdir(join(root, "checkpoints"));
  return root;
}

/** Removes a job's folder. */
export async function removeJob(root: string | undefined): Promise<void> {
  if (root) await rm(root, { recursive: true, force: true });
}
