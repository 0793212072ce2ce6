import { readFile } from "node:fs/promises";
import { describeModel, fromFloat16Array, type ModelDescription, toFloat16Array } from "@sightline/onnx";
import type { InferenceSession, Tensor } from "onnxruntime-node";
import { ModelError, messageOf } from "../shared/errors.js";

/** A model that answers one value row for each picture. */
export interface ImageModel {
  /** Pictures that one run may take; Infinity when the model's batch dimension is free. */
  readonly maxBatch: number;
  /**
   * Runs `count` pictures.
   *
   * @param pixels float32 of `count` pictures, in the model's layout
   * @returns one row of float32 values for each picture
   */
  run(pixels: Float32Array, count: number): Promise<Float32Array[]>;
  close(): Promise<void>;
}

/** Environment of every process that loads ONNX Runtime: without it, 1.30 reports usage to its maker over the network. */
export const RUNTIME_ENVIRONMENT = { ORT_DISABLE_TELEMETRY: "1" } as const;

let runtime: Promise<typeof import("onnxruntime-node")> | undefined;

/** Loaded on first use, because the environment must be set before. */
function loadRuntime(): Promise<typeof import("onnxruntime-node")> {
  Object.assign(process.env, RUNTIME_ENVIRONMENT);
  runtime ??= import("onnxruntime-node").catch((cause) => {
    throw new ModelError(`ONNX Runtime cannot be loaded: ${messageOf(cause)}`, { cause });
  });
  return runtime;
}

/** How to open a model. */
export interface ImageModelOptions {
  /** Width and height of the input in pixels. */
  readonly width: number;
  readonly height: number;
  /** Order of the input's dimensions. Default `NCHW`. */
  readonly layout?: "NCHW" | "NHWC";
  /** Output to read. Default: the only one. */
  readonly output?: string;
  /** Threads for one run. Default 1: other processes use the other cores. */
  readonly threads?: number;
}

/**
 * Opens an ONNX model whose input is one picture batch.
 *
 * @param source bytes, or the path of a model whose weights may lie in files beside it (`model.onnx.data`); ONNX Runtime
 *   refuses weights outside the model's folder
 * @throws ModelError when it is no model, or its input is not [N,3,height,width] (NHWC: [N,height,width,3]) of float32,
 *   float16 or uint8
 */
export async function openImageModel(
  source: Uint8Array | string,
  options: ImageModelOptions,
): Promise<ImageModel> {
  const sizes = sizesOf(options);
  const { session, input, description } = await openSession(source, sizes, options.threads);
  const output = options.output ?? onlyOutput(description);
  if (!session.outputNames.includes(output)) {
    throw new ModelError(
      `The model has no output "${output}", which "output" in manifest.json names; it has ${session.outputNames.join(", ")}.`,
    );
  }
  return {
    maxBatch: typeof input.shape[0] === "number" ? input.shape[0] : Number.POSITIVE_INFINITY,
    async run(pixels, count) {
      const tensor = await inputTensor(pixels, input, [count, ...sizes]);
      const results = await session.run({ [input.name]: tensor }, [output]);
      const result = results[output]!;
      const data = result.type === "float16" ? fromFloat16Array(result.data as Uint16Array) : result.data;
      if (!(data instanceof Float32Array) || data.length % count !== 0) {
        throw new ModelError(
          `Output "${output}" is ${result.type}[${result.dims.join(",")}]; one row of floats for each picture is needed.`,
        );
      }
      const length = data.length / count;
      return Array.from({ length: count }, (_, i) => data.slice(i * length, (i + 1) * length));
    },
    close: () => session.release(),
  };
}

/** Sizes of an output for one blank picture. Throws `ModelError` when the model does not run. */
export async function measureOutput(
  bytes: Uint8Array,
  output: string,
  { width, height }: { readonly width: number; readonly height: number },
): Promise<readonly number[]> {
  const { session, input } = await openSession(bytes, sizesOf({ width, height }));
  try {
    const count = typeof input.shape[0] === "number" ? input.shape[0] : 1;
    const pixels = new Float32Array(count * 3 * height * width);
    const results = await session.run(
      { [input.name]: await inputTensor(pixels, input, [count, 3, height, width]) },
      [output],
    );
    return results[output]!.dims;
  } catch (cause) {
    throw new ModelError(`The model does not run: ${messageOf(cause)}`, { cause });
  } finally {
    await session.release();
  }
}

/** The input's dimensions behind the batch. */
type Sizes = readonly [number, number, number];

function sizesOf({ width, height, layout }: ImageModelOptions): Sizes {
  return layout === "NHWC" ? [height, width, 3] : [3, height, width];
}

interface OpenSession {
  readonly session: InferenceSession;
  readonly input: ModelDescription["inputs"][number];
  readonly description: ModelDescription;
}

async function openSession(source: Uint8Array | string, sizes: Sizes, threads = 1): Promise<OpenSession> {
  try {
    const description = describeModel(typeof source === "string" ? await readFile(source) : source);
    const input = checkInput(description, sizes);
    const { InferenceSession } = await loadRuntime();
    const options: InferenceSession.SessionOptions = {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      // Warnings about a model's form are of no use to who serves it.
      logSeverityLevel: 3,
      // Spinning threads double the CPU time on a busy machine.
      extra: { session: { intra_op: { allow_spinning: "0" } } },
    };
    const session = await (typeof source === "string"
      ? InferenceSession.create(source, options)
      : InferenceSession.create(source, options));
    return { session, input, description };
  } catch (cause) {
    if (cause instanceof ModelError) throw cause;
    throw new ModelError(`The model cannot be loaded: ${messageOf(cause)}`, { cause });
  }
}

async function inputTensor(
  pixels: Float32Array,
  { elemType }: OpenSession["input"],
  dims: readonly number[],
): Promise<Tensor> {
  const { Tensor } = await loadRuntime();
  // Clamped: rounded to the nearest, and never around the corner.
  if (elemType === "uint8") return new Tensor("uint8", new Uint8Array(Uint8ClampedArray.from(pixels)), dims);
  return elemType === "float16"
    ? new Tensor("float16", toFloat16Array(pixels), dims)
    : new Tensor("float32", pixels, dims);
}

function onlyOutput({ outputs }: ModelDescription): string {
  if (outputs.length === 1) return outputs[0]!.name;
  throw new ModelError(
    `The model has ${outputs.length} outputs (${outputs.map(({ name }) => name).join(", ")}); name the one with the class scores as "output" in manifest.json.`,
  );
}

const ELEM_TYPES: readonly unknown[] = ["float32", "float16", "uint8"];

function checkInput({ inputs }: ModelDescription, sizes: Sizes): ModelDescription["inputs"][number] {
  const input = inputs[0];
  const seen = inputs
    .map(({ name, elemType, shape }) => `${name} ${elemType}[${shape.join(",")}]`)
    .join(", ");
  const want = `one input of float32 [N,${sizes.join(",")}]`;
  if (!input || inputs.length !== 1)
    throw new ModelError(`The model needs ${want}, but has ${seen || "none"}.`);
  const fits = [undefined, ...sizes].every((size, i) => {
    const dim = input.shape[i];
    return size === undefined || typeof dim === "string" || dim === size;
  });
  if (!ELEM_TYPES.includes(input.elemType) || (!input.rankUnknown && (input.shape.length !== 4 || !fits))) {
    throw new ModelError(
      `The model needs ${want}, but has ${seen}. "input" in manifest.json says which size and layout it has.`,
    );
  }
  return input;
}
