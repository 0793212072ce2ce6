import { decodeImage } from "./image/decode-image.js";
import { packPixels } from "./image/pack-pixels.js";
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

let host: { readonly setup: HostSetup; readonly model: ImageModel } | undefined;

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
    host = { setup, model };
    // As large as a run can become: what the runtime keeps for it is then known before the first request.
    const count = Number.isFinite(model.maxBatch) ? model.maxBatch : setup.stack ? maxBatch : 1;
    await model.run(new Float32Array(count * width * height * 3), count);
    dropPrivileges();
    send({ kind: "ready", rssBytes: process.memoryUsage.rss() });
    setInterval(() => send({ kind: "beat" }), BEAT_MS);
  } catch (error) {
    send({ kind: "setup-failed", message: messageOf(error) });
  }
}

async function run(items: readonly HostItem[]): Promise<void> {
  const { setup, model } = host!;
  const decoded = await Promise.all(items.map((item) => decode(item, setup)));
  const good = decoded.flatMap((result, i) => (result instanceof Uint8Array ? [i] : []));
  const results: HostResult[] = decoded.map((result) =>
    result instanceof Uint8Array ? { kind: "failed", message: "not run" } : result,
  );
  const step = setup.stack ? Math.min(model.maxBatch, good.length) : 1;
  for (let start = 0; start < good.length; start += step) {
    const part = good.slice(start, start + step);
    const rows = await runPart(
      part.map((i) => decoded[i] as Uint8Array),
      setup,
      model,
    );
    part.forEach((i, n) => {
      results[i] = Array.isArray(rows) ? { kind: "values", values: rows[n]! } : rows;
    });
  }
  send({ kind: "results", results });
}

async function runPart(
  pictures: readonly Uint8Array[],
  setup: HostSetup,
  model: ImageModel,
): Promise<Float32Array[] | HostResult> {
  const size = setup.input.width * setup.input.height * 3;
  // A model with a fixed batch larger than what is there gets blank pictures as well.
  const count = Number.isFinite(model.maxBatch) ? model.maxBatch : pictures.length;
  const pixels = new Float32Array(count * size);
  for (const [i, rgb] of pictures.entries()) packPixels(rgb, setup.input, pixels, i * size);
  try {
    return (await model.run(pixels, count)).slice(0, pictures.length);
  } catch (error) {
    return { kind: "failed", message: messageOf(error) };
  }
}

async function decode(item: HostItem, setup: HostSetup): Promise<Uint8Array | HostResult> {
  try {
    return await decodeImage(item.image, {
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
// The parent decides when to stop; a signal to the whole process group must not cut work short.
process.on("SIGTERM", () => {});
process.on("SIGINT", () => {});
// process.exit while a run is in flight aborts with a core dump; SIGKILL does not.
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
process.on("message", (message: HostRequest) => {
  void (message.kind === "setup" ? open(message.setup, message.maxBatch) : run(message.items));
});
