import { readdirSync } from "node:fs";
import { constants, getPriority, setPriority } from "node:os";
import { type DecodedPicture, decodePicture } from "./image/decode-image.js";
import { PictureTensor } from "./image/picture-tensor.js";
import {
  BEAT_MS,
  type HostItem,
  type HostReply,
  type HostRequest,
  type HostResult,
  type HostSetup,
} from "./inference/host-protocol.js";
import { type ImageModel, openImageModel } from "./inference/session.js";
import { dropPrivileges } from "./shared/drop-privileges.js";
import { ImageInputError, messageOf } from "./shared/errors.js";

// A child process of train and serve: it owns one model session and decodes and runs pictures. session.run blocks
// the JavaScript thread, so it must not happen where HTTP is answered; and only a process can be killed safely
// while a run is in flight.

/** Pictures that go through the model together: what more leave between its layers no longer fits the cache. */
const MOST_STACKED = 4;

let host:
  | { readonly setup: HostSetup; readonly model: ImageModel; readonly tensor: PictureTensor }
  | undefined;

function send(reply: HostReply): void {
  process.send!(reply);
}

async function open(setup: HostSetup, maxBatch: number): Promise<void> {
  try {
    const { width, height, layout } = setup.input;
    const options = {
      width,
      height,
      ...(layout === undefined ? {} : { layout }),
      ...(setup.output === undefined ? {} : { output: setup.output }),
    };
    const model = await openImageModel(setup.modelPath, options);
    // As large as a run can become: what the runtime keeps for it is then known before the first request.
    const most = setup.stack ? Math.min(maxBatch, MOST_STACKED) : 1;
    const count = Number.isFinite(model.maxBatch) ? model.maxBatch : most;
    const tensor = new PictureTensor(setup.input, count);
    await model.run(tensor.values(count), count);
    host = { setup, model, tensor };
    dropPrivileges();
    const fixedBatch = Number.isFinite(model.maxBatch) ? model.maxBatch : 1;
    send({ kind: "ready", rssBytes: process.memoryUsage.rss(), fixedBatch });
    setInterval(() => send({ kind: "beat" }), BEAT_MS);
  } catch (error) {
    send({ kind: "setup-failed", message: messageOf(error) });
  }
}

async function run(items: readonly HostItem[]): Promise<void> {
  const { setup, model } = host!;
  const decoded = await Promise.all(items.map((item) => decode(item, setup)));
  const good = decoded.flatMap((result, i) => ("rgb" in result ? [i] : []));
  const results: HostResult[] = decoded.map((result) =>
    "rgb" in result ? { kind: "failed", message: "not run" } : result,
  );
  const step = setup.stack ? Math.min(model.maxBatch, good.length, MOST_STACKED) : 1;
  for (let start = 0; start < good.length; start += step) {
    const part = good.slice(start, start + step);
    const rows = await runPart(part.map((i) => decoded[i] as DecodedPicture));
    part.forEach((i, n) => {
      results[i] = Array.isArray(rows) ? { kind: "values", values: rows[n]! } : rows;
    });
  }
  send({ kind: "results", results });
}

async function runPart(pictures: readonly DecodedPicture[]): Promise<Float32Array[] | HostResult> {
  const { model, tensor } = host!;
  for (const [i, picture] of pictures.entries()) tensor.put(picture, i);
  // A model with a fixed batch larger than what is there gets what was there before as well.
  const count = Number.isFinite(model.maxBatch) ? model.maxBatch : pictures.length;
  try {
    return (await model.run(tensor.values(count), count)).slice(0, pictures.length);
  } catch (error) {
    return { kind: "failed", message: messageOf(error) };
  }
}

async function decode(item: HostItem, setup: HostSetup): Promise<DecodedPicture | HostResult> {
  try {
    return await decodePicture(item.image, {
      ...setup.input,
      maxPixels: setup.maxPixels,
      ...(item.view ? { view: item.view } : {}),
    });
  } catch (error) {
    if (error instanceof ImageInputError)
      return { kind: "bad-image", problem: error.problem, message: error.message };
    return { kind: "failed", message: messageOf(error) };
  }
}

if (!process.send) {
  process.stderr.write("inference-host is a part of train and serve and is not started by hand.\n");
  process.exit(2);
}
// Whoever answers callers goes first: neither a refusal nor /ping is to wait behind pictures for a processor. On Linux a
// priority is a thread's; those to come inherit it.
try {
  const priority = Math.max(getPriority(), constants.priority.PRIORITY_BELOW_NORMAL);
  const threads = process.platform === "linux" ? readdirSync("/proc/self/task").map(Number) : [0];
  for (const thread of threads) setPriority(thread, priority);
} catch {
  // Where a sandbox knows no priorities, all wait alike.
}
// The parent decides when to stop; a signal to the whole process group must not cut work short.
process.on("SIGTERM", () => {});
process.on("SIGINT", () => {});
// process.exit while a run is in flight aborts with a core dump; SIGKILL does not.
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
process.on("message", (message: HostRequest) => {
  void (message.kind === "setup" ? open(message.setup, message.maxBatch) : run(message.items));
});
