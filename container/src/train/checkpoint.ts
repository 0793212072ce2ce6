import { createHash } from "node:crypto";
import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { writeWholeFile } from "@sightline/foundation/whole-file";
import { messageOf } from "../shared/errors.js";
import { removePartialFiles } from "../shared/partial-files.js";
import { type EpochPoint, type FitState, initialFitState } from "./fit-head.js";

// A checkpoint is: 8 bytes of magic, the header's length as uint32, the header as JSON, float32 arrays in the order
// of `arraysOf`, and the SHA-256 over all that. SageMaker copies the folder to S3 while the job runs, so a file may
// come back cut short: the digest tells.
const MAGIC = "SLCKPT02";
const NAME = /^image-classification-(\d{4,})\.checkpoint$/;

interface Header {
  readonly fingerprint: string;
  readonly classes: number;
  readonly width: number;
  readonly epoch: number;
  readonly step: number;
  readonly stale: number;
  readonly history: readonly EpochPoint[];
  readonly best: { readonly epoch: number; readonly accuracy: number; readonly crossEntropy: number } | null;
}

/** Checkpoints kept; the older one serves when the newest came back damaged. */
const KEEP = 2;

/**
 * Saves the state after an epoch, whole or not at all, and removes all but the two newest up to it. Later epochs are of
 * another job that had the same folder: counted among the newest they would push out this one.
 */
export async function saveCheckpoint(folder: string, state: FitState, fingerprint: string): Promise<string> {
  const { head, best } = state;
  const header: Header = {
    fingerprint,
    classes: head.classes,
    width: head.width,
    epoch: state.epoch,
    step: state.step,
    stale: state.stale,
    history: state.history,
    best: best ? { epoch: best.epoch, accuracy: best.accuracy, crossEntropy: best.crossEntropy } : null,
  };
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.byteLength);
  const arrays = arraysOf(state).map((array) =>
    Buffer.from(array.buffer, array.byteOffset, array.byteLength),
  );
  const body = Buffer.concat([Buffer.from(MAGIC), length, json, ...arrays]);
  const path = join(folder, `image-classification-${String(state.epoch).padStart(4, "0")}.checkpoint`);
  await writeWholeFile(path, Buffer.concat([body, createHash("sha256").update(body).digest()]));
  const ours = (await listCheckpoints(folder)).filter(({ epoch }) => epoch <= state.epoch);
  for (const { name } of ours.slice(KEEP)) await rm(join(folder, name), { force: true });
  return path;
}

/**
 * The newest checkpoint of the same job, or undefined. `fingerprint` covers what the state depends on (data,
 * backbone, hyperparameters): a checkpoint of another job is passed over, and so is a damaged one; `onSkip` says why.
 */
export async function loadCheckpoint(
  folder: string,
  fingerprint: string,
  onSkip: (message: string) => void,
): Promise<FitState | undefined> {
  await removePartialFiles(folder);
  for (const { name } of await listCheckpoints(folder)) {
    try {
      const state = parseCheckpoint(await readFile(join(folder, name)), fingerprint);
      if (typeof state !== "string") return state;
      onSkip(`Checkpoint ${name} is not used: ${state}.`);
    } catch (error) {
      onSkip(`Checkpoint ${name} is not used: ${messageOf(error)}.`);
    }
  }
  return undefined;
}

/** True when the job has a checkpoint folder; SageMaker makes it only when the job asks for checkpoints. */
export async function hasCheckpointFolder(folder: string): Promise<boolean> {
  return await stat(folder).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
}

function parseCheckpoint(bytes: Buffer, fingerprint: string): FitState | string {
  const body = bytes.subarray(0, -32);
  if (bytes.byteLength < 44 || !createHash("sha256").update(body).digest().equals(bytes.subarray(-32))) {
    return "it is damaged or cut short";
  }
  if (body.toString("latin1", 0, 8) !== MAGIC) return "it is of another version";
  const jsonEnd = 12 + body.readUInt32LE(8);
  const header = JSON.parse(body.toString("utf8", 12, jsonEnd)) as Header;
  if (header.fingerprint !== fingerprint) {
    return "it belongs to a job with other data, backbone or hyperparameters";
  }
  const state = initialFitState(header.classes, header.width);
  state.epoch = header.epoch;
  state.step = header.step;
  state.stale = header.stale;
  state.history.push(...header.history);
  if (header.best) state.best = { ...header.best, head: initialFitState(header.classes, header.width).head };
  let at = jsonEnd;
  for (const array of arraysOf(state)) {
    body.copy(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), 0, at, at + array.byteLength);
    at += array.byteLength;
  }
  return at === body.byteLength ? state : "its length does not fit its header";
}

function arraysOf(state: FitState): Float32Array[] {
  const { head, weightState, biasState, best } = state;
  return [
    head.weight,
    head.bias,
    weightState.first,
    weightState.second,
    biasState.first,
    biasState.second,
    ...(best ? [best.head.weight, best.head.bias] : []),
  ];
}

/** Newest first. */
async function listCheckpoints(folder: string): Promise<{ name: string; epoch: number }[]> {
  const names = await readdir(folder).catch(() => [] as string[]);
  return names
    .flatMap((name) => {
      const match = NAME.exec(name);
      return match ? [{ name, epoch: Number(match[1]) }] : [];
    })
    .sort((a, b) => b.epoch - a.epoch);
}
