import type { DetectorTensor, DetectorTensors } from "../detectors/detector.js";

/** One frame's way through a model. */
export interface ModelRun {
  /** Of all frames that went through together. */
  readonly outputs: DetectorTensors;
  /** Which of them this one is. */
  readonly batchIndex: number;
  /** To be called when the outputs have been read: they hold native memory until the last frame's have. */
  readonly release: () => void;
}

/** A model with the inputs of one task. */
export interface BoundModel {
  /** Runs it on what the inputs' arrays hold now; they must stay as they are until it is done. */
  run(): Promise<ModelRun>;
  /** Ends the task's part: other tasks wait for its frames no longer. */
  leave(): void;
}

/** Runs a model once. */
export type RunModel = (feeds: DetectorTensors, outputNames: readonly string[]) => Promise<DetectorTensors>;

interface Place {
  readonly feeds: DetectorTensors;
  readonly outputNames: readonly string[];
  /** Frames of one shape can go together. */
  readonly shape: string;
}

interface WaitingFrame {
  readonly place: Place;
  readonly resolve: (run: ModelRun) => void;
  readonly reject: (error: unknown) => void;
}

/** A frame waits for those of the other tasks as long as the last run took, and never longer than this. */
const mostWaitMs = 30;

/**
 * Sends frames of several tasks through one model together. A run begins when each task has a frame waiting, or
 * `mostFrames` do, or the first has waited long enough.
 *
 * @param mostFrames frames a run; 1 for a model whose batch axis is not free
 * @returns what binds a task's inputs (each for one frame) to the model
 */
export function createFrameBatcher(
  runModel: RunModel,
  mostFrames: number,
): (feeds: DetectorTensors, outputNames: readonly string[]) => BoundModel {
  const places = new Set<Place>();
  const joined = new Map<string, DetectorTensors>();
  let waiting: WaitingFrame[] = [];
  let limit = mostFrames;
  let running = false;
  let lastRunMs = 0;
  let timer: NodeJS.Timeout | undefined;

  const consider = () => {
    if (running || waiting.length === 0) return;
    if (waiting.length >= Math.min(limit, places.size)) void runNext();
    else timer ??= setTimeout(() => void runNext(), Math.min(lastRunMs, mostWaitMs));
  };

  const runNext = async () => {
    clearTimeout(timer);
    timer = undefined;
    const { shape, outputNames } = waiting[0]!.place;
    const frames = waiting.filter(({ place }) => place.shape === shape).slice(0, limit);
    waiting = waiting.filter((frame) => !frames.includes(frame));
    running = true;
    const started = performance.now();
    try {
      const outputs = await runModel(feedsOf(frames), outputNames);
      if (frames.length > 1) requireBatch(outputs, outputNames, frames.length);
      let unread = frames.length;
      const release = () => {
        if (--unread === 0) dispose(outputs);
      };
      for (const [batchIndex, { resolve }] of frames.entries()) resolve({ outputs, batchIndex, release });
    } catch (error) {
      if (frames.length === 1) frames[0]!.reject(error);
      else {
        // An axis that is free by name only: one frame at a time tells what is wrong, if anything is.
        limit = 1;
        waiting = [...frames, ...waiting];
      }
    }
    lastRunMs = performance.now() - started;
    running = false;
    consider();
  };

  /** The frames' inputs one behind the other, in arrays that are used again. */
  const feedsOf = (frames: readonly WaitingFrame[]): DetectorTensors => {
    const { feeds, shape } = frames[0]!.place;
    if (frames.length === 1) return feeds;
    const key = `${frames.length} ${shape}`;
    const all = joined.get(key) ?? allocate(feeds, frames.length);
    joined.set(key, all);
    for (const [name, { data }] of Object.entries(all)) {
      for (const [n, { place }] of frames.entries()) {
        const own = place.feeds[name]!.data;
        data.set(own, n * own.length);
      }
    }
    return all;
  };

  return (feeds, outputNames) => {
    const dims = Object.entries(feeds).map(([name, tensor]) => [name, tensor.type, tensor.dims]);
    const place: Place = { feeds, outputNames, shape: JSON.stringify([dims, outputNames]) };
    places.add(place);
    return {
      run: () =>
        new Promise((resolve, reject) => {
          waiting.push({ place, resolve, reject });
          consider();
        }),
      leave() {
        places.delete(place);
        consider();
      },
    };
  };
}

function allocate(feeds: DetectorTensors, frames: number): DetectorTensors {
  const tensors = Object.entries(feeds).map(([name, { type, dims, data }]): [string, DetectorTensor] => [
    name,
    { type, dims: [frames * dims[0]!, ...dims.slice(1)], data: new data.constructor(frames * data.length) },
  ]);
  return Object.fromEntries(tensors);
}

function requireBatch(outputs: DetectorTensors, names: readonly string[], frames: number): void {
  for (const name of names) {
    const dims = outputs[name]?.dims ?? [];
    if (dims[0] !== frames) {
      throw new RangeError(`output ${name} has the shape [${dims.join(", ")}] for ${frames} frames`);
    }
  }
}

/** Outputs hold native memory until the garbage collector comes round; it is given back at once. */
function dispose(outputs: DetectorTensors): void {
  for (const tensor of Object.values(outputs)) (tensor as { dispose?: () => void }).dispose?.();
}
