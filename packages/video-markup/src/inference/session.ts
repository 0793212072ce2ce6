import type { InferenceSession, Tensor } from "onnxruntime-node";
import type { DetectorTensors } from "../detectors/detector.js";
import { ProviderUnavailableError, UnusableModelError } from "../errors.js";
import { type BoundModel, createFrameBatcher, type RunModel } from "./frame-batcher.js";
import type { ExecutionProvider, RefusedProvider } from "./model-options.js";

type Runtime = typeof import("onnxruntime-node");

/** Options of {@link openSession}. */
export interface SessionOptions {
  /** Tried in order; the first that loads is used. */
  readonly providers: readonly ExecutionProvider[];
  /** CPU threads inside one operator. */
  readonly threads: number;
  /** Frames that may go through the model together; 1 unless its batch axis is free. */
  readonly batch: number;
  /** Which GPU, from 0, for CUDA and TensorRT. */
  readonly deviceId?: number;
}

/** A loaded model. */
export interface ModelSession {
  /** The provider really used. */
  readonly provider: ExecutionProvider;
  /** Why each earlier one in the list was not. */
  readonly refused: readonly RefusedProvider[];
  /**
   * Binds the inputs of one task, each for one frame. A run blocks the thread: `session.run` of
   * onnxruntime-node is not asynchronous.
   */
  bind(feeds: DetectorTensors, outputNames: readonly string[]): BoundModel;
  /** Frees the model. */
  release(): Promise<void>;
}

/**
 * Loads a model with the first provider of the list that works. ONNX Runtime itself does not fall back
 * (a missing CUDA library fails the whole call), so each is tried by itself.
 *
 * @throws {ProviderUnavailableError} when every provider of a list without `cpu` is missing, or ONNX Runtime itself
 * @throws {UnusableModelError} when the model cannot be loaded
 */
export async function openSession(modelPath: string, options: SessionOptions): Promise<ModelSession> {
  const runtime = await loadRuntime();
  const refused: RefusedProvider[] = [];
  let cause: unknown;
  for (const provider of options.providers) {
    try {
      const session = await runtime.InferenceSession.create(modelPath, {
        executionProviders: [providerOption(provider, options.deviceId)],
        intraOpNumThreads: options.threads,
        interOpNumThreads: 1,
        executionMode: "sequential",
        logSeverityLevel: 3,
        // Spinning threads double the CPU time on a machine that has other work.
        extra: { session: { intra_op: { allow_spinning: "0" } } },
      });
      return wrap(runtime, session, provider, refused, options.batch);
    } catch (error) {
      cause = error;
      refused.push({ provider, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  const last = refused.at(-1);
  if (last?.provider === "cpu") {
    throw new UnusableModelError(modelPath, `the model ${modelPath} cannot be loaded: ${last.reason}`, {
      cause,
    });
  }
  const tried = refused.map(({ provider, reason }) => `${provider}: ${firstLine(reason)}`).join("; ");
  throw new ProviderUnavailableError(
    `none of the execution providers asked for can load ${modelPath} (${tried}); add "cpu" to the list to allow it as the last resort`,
    { cause },
  );
}

/** Loaded when it is used, so that its absence can be told. */
async function loadRuntime(): Promise<Runtime> {
  try {
    return await import("onnxruntime-node");
  } catch (cause) {
    const { message, code } = cause as NodeJS.ErrnoException;
    const remedy =
      code === "ERR_MODULE_NOT_FOUND"
        ? ". Install @sightline/video-markup with its dependencies; a bundle leaves it external"
        : "";
    throw new ProviderUnavailableError(`ONNX Runtime cannot be loaded: ${message}${remedy}`, { cause });
  }
}

function wrap(
  { Tensor }: Runtime,
  session: InferenceSession,
  provider: ExecutionProvider,
  refused: ModelSession["refused"],
  batch: number,
): ModelSession {
  // The same inputs come again and again: their tensors are made once.
  const known = new WeakMap<DetectorTensors, Record<string, Tensor>>();
  const run: RunModel = (feeds, outputNames) => {
    const tensors = known.get(feeds) ?? toTensors(Tensor, feeds);
    known.set(feeds, tensors);
    return session.run(tensors, outputNames);
  };
  return {
    provider,
    refused,
    bind: createFrameBatcher(run, batch),
    release: () => session.release(),
  };
}

function toTensors(Tensor: Runtime["Tensor"], feeds: DetectorTensors): Record<string, Tensor> {
  const tensors = Object.entries(feeds).map(([name, { type, data, dims }]) => [
    name,
    new Tensor(type as "float32", data, dims),
  ]);
  return Object.fromEntries(tensors);
}

function providerOption(
  provider: ExecutionProvider,
  deviceId: number | undefined,
): InferenceSession.ExecutionProviderConfig {
  if (deviceId === undefined || (provider !== "cuda" && provider !== "tensorrt")) return provider;
  return { name: provider, deviceId } as InferenceSession.ExecutionProviderConfig;
}

function firstLine(text: string): string {
  return text.split("\n")[0]!.slice(0, 200);
}
