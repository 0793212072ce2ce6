import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { type OnnxTensor, readModel, writeModel } from "@sightline/onnx";
import { ModelError } from "../shared/errors.js";

/**
 * Takes weights that lie in files beside a model (`model.onnx.data`, PyTorch's default) into the model itself, so that what
 * is built from it stands alone.
 *
 * @param folder where the model lies; weights elsewhere are refused
 * @returns the bytes as they are when they hold all weights already
 * @throws ModelError that names the tensor when its file is missing, too short, or not beside the model
 */
export async function embedWeights(bytes: Uint8Array, folder: string): Promise<Uint8Array> {
  const model = readModel(bytes);
  const { initializers } = model.graph;
  if (!initializers.some(({ external }) => external)) return bytes;
  const files = new Map<string, Promise<Buffer>>();
  const embedded: OnnxTensor[] = [];
  for (const tensor of initializers) embedded.push(await embed(tensor, folder, files));
  return writeModel({ ...model, graph: { ...model.graph, initializers: embedded } });
}

async function embed(
  tensor: OnnxTensor,
  folder: string,
  files: Map<string, Promise<Buffer>>,
): Promise<OnnxTensor> {
  const { external, ...rest } = tensor;
  if (!external) return tensor;
  const { location = "" } = external;
  if (location === "" || basename(location) !== location || location === "..") {
    throw new ModelError(
      `The weights "${tensor.name}" lie in "${location}"; they must be in a file beside the model.`,
    );
  }
  let file = files.get(location);
  if (!file) {
    file = readFile(join(folder, location));
    files.set(location, file);
  }
  const whole = await file.catch((cause: unknown) => {
    throw new ModelError(
      `The weights "${tensor.name}" lie in "${location}", which is not beside the model. Put it there.`,
      { cause },
    );
  });
  const offset = Number(external.offset ?? 0);
  const length = Number(external.length ?? whole.byteLength - offset);
  if (!(offset >= 0 && length >= 0 && offset + length <= whole.byteLength)) {
    throw new ModelError(
      `The weights "${tensor.name}" end at byte ${offset + length} of "${location}", which has ${whole.byteLength} bytes.`,
    );
  }
  return { ...rest, data: whole.subarray(offset, offset + length) };
}
