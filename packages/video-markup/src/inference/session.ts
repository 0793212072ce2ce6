import { InferenceSession, Tensor } from "onnxruntime-node";
import type { DetectorTensor, DetectorTensors } from "../detectors/detector.js";
import { ProviderUnavailableError, UnusableModelError } from "../errors.js";

/** What computes a model. */
export type ExecutionProvider = "cpu" | "cuda" | "tensorrt" | "webgpu";

/** Options of {@link openSession}. */
export interface SessionOptions {
  /** Tried in order; the first that loads is used. */
  readonly providers: readonly ExecutionProvider[];
  /** CPU threads inside one operator. */
  readonly threads: number;
  /** Which GPU, from 0, for CUDA and TensorRT. */
  readonly deviceId?: number;
}

/** A loaded model. */
export interface ModelSession {
  /** The provider really used. */
  readonly provider: ExecutionProvider;
  /** Why each earlier one in the list was not. */
  readonly refused: readonly { readonly provider: ExecutionProvider; readonly reason: string }[];
  /**
   * Makes a function that runs the model on what the inputs' arrays hold at that moment. It blocks the
   * thread: `session.run` of onnxruntime-node is not asynchronous.
   */
  bind(feeds: DetectorTensors, outputNames: readonly string[]): () => Promise<DetectorTensors>;
  /** Frees the model. */
  release(): Promise<void>;
}

/**
 * Loads a model with the first provider of the list that works. ONNX Runtime itself does not fall back
 * (a missing CUDA library fails the whole call), so each is tried by itself.
 *
 * @throws {ProviderUnavailableError} when every provider of a list without `cpu` is missing
 * @throws {UnusableModelError} when the model cannot be loaded
 */
export async function openSession(modelPath: string, options: SessionOptions): Promise<ModelSession> {
  const refused: { provider: ExecutionProvider; reason: string }[] = [];
  let cause: unknown;
  for (const provider of options.providers) {
    try {
      const session = await InferenceSession.create(modelPath, {
        executionProviders: [providerOption(provider, options.deviceId)],
        intraOpNumThreads: options.threads,
        interOpNumThreads: 1,
        executionMode: "sequential",
        logSeverityLevel: 3,
        // Spinning threads double the CPU time on a machine that has other work.
        extra: { session: { intra_op: { allow_spinning: "0" } } },
      });
      return wrap(session, provider, refused);
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

function wrap(
  session: InferenceSession,
  provider: ExecutionProvider,
  refused: ModelSession["refused"],
): ModelSession {
  return {
    provider,
    refused,
    bind(feeds, outputNames) {
      const tensors: Record<string, Tensor> = {};
      for (const [name, tensor] of Object.entries(feeds)) tensors[name] = toTensor(tensor);
      return () => session.run(tensors, outputNames);
    },
    release: () => session.release(),
  };
}

function toTensor({ type, data, dims }: DetectorTensor): Tensor {
  return new Tensor(type as "float32", data, dims);
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
