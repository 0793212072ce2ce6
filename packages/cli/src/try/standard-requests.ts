import type {
  ClassificationManifest,
  ModelManifest,
  ObjectDetectionManifest,
} from "@sightline/contract/manifest";
import { SAMPLE_FRAMES, samplePicture, sampleVideo } from "./sample-inputs.js";

/** One request and what makes its answer a good one. */
export interface StandardRequest {
  /** What it tries: a fact that should hold. */
  readonly name: string;
  readonly method: "GET" | "POST";
  readonly path: "/ping" | "/invocations";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** SageMaker's limit in milliseconds. */
  readonly limitMs: number;
  /** @returns what is wrong with the answer, or undefined */
  readonly judge: (status: number, answer: string) => string | undefined;
  /** The answer in short, where it says something. Default: its beginning. */
  readonly show?: (answer: string) => string;
}

/** SageMaker gives a ping 2 s and an invocation 60 s. */
const PING_LIMIT_MS = 2_000;
const INVOCATION_LIMIT_MS = 60_000;

/** The requests that every model of its kind should answer, in order. */
export function standardRequests(manifest: ModelManifest, input: Uint8Array | undefined): StandardRequest[] {
  const own = ownRequests(manifest, input);
  const ping = (name: string): StandardRequest => ({
    name,
    method: "GET",
    path: "/ping",
    limitMs: PING_LIMIT_MS,
    judge: wantStatus(200),
  });
  return [
    ping("answers a ping"),
    ...own,
    post("refuses a content type that it does not know", "application/x-unknown", new Uint8Array(8), {
      judge: wantStatus(415),
    }),
    ping("is well after all that"),
  ];
}

function ownRequests(manifest: ModelManifest, input: Uint8Array | undefined): StandardRequest[] {
  if (manifest.task === "video-markup") return videoRequests(input);
  if (manifest.task === "image-classification") return pictureRequests(manifest, input);
  // A caller's own input is a picture; a video of ours shows that the detector marks videos up, too.
  return [...detectionRequests(manifest, input), ...(input === undefined ? videoRequests(undefined) : [])];
}

function detectionRequests(
  { labels }: ObjectDetectionManifest,
  input: Uint8Array = samplePicture(),
): StandardRequest[] {
  return [
    post("finds objects in a picture", "application/x-image", input, {
      judge: (status, answer) => wantStatus(200)(status) ?? wantBoxes(answer, labels.length),
      show(answer) {
        const [best] = (JSON.parse(answer) as { prediction: number[][] }).prediction;
        return best === undefined ? "no boxes" : `${labels[best[0]!]} ${best[1]!.toFixed(3)}`;
      },
    }),
    post("refuses a broken picture", "application/x-image", input.subarray(0, 5), { judge: wantStatus(400) }),
  ];
}

function pictureRequests(
  manifest: ClassificationManifest,
  input: Uint8Array = samplePicture(),
): StandardRequest[] {
  const { labels } = manifest;
  return [
    post("classifies a picture", "application/x-image", input, {
      judge: (status, answer) => wantStatus(200)(status) ?? wantClasses(answer, manifest),
      show(answer) {
        const scores = scoresOf(JSON.parse(answer));
        const [id, score] = scores.reduce((a, b) => (b[1] > a[1] ? b : a));
        return `${labels[id]} ${score.toFixed(3)} of ${labels.length} classes`;
      },
    }),
    post("answers JSON lines where they are asked for", "application/x-image", input, {
      accept: "application/jsonlines",
      judge: (status, answer) => wantStatus(200)(status) ?? wantPrediction(answer, manifest),
    }),
    post("refuses a broken picture", "application/x-image", input.subarray(0, 5), { judge: wantStatus(400) }),
  ];
}

function videoRequests(input: Uint8Array | undefined): StandardRequest[] {
  const video = input ?? sampleVideo();
  return [
    post("marks a video up: its detections", "video/mp4", video, {
      accept: "application/jsonlines",
      judge(status, answer) {
        const wrong = wantStatus(200)(status);
        const frames = answer.trim().split("\n").length;
        // How many a caller's own video has, only the caller knows.
        if (wrong !== undefined || input !== undefined || frames === SAMPLE_FRAMES) return wrong;
        return `${frames} lines for ${SAMPLE_FRAMES} frames`;
      },
      show: (answer) => `${answer.trim().split("\n").length} frames`,
    }),
    post("marks a video up: the video", "video/mp4", video, {
      accept: "video/mp4",
      judge: (status, answer) =>
        wantStatus(200)(status) ?? (answer.slice(4, 8) === "ftyp" ? undefined : "the answer is no mp4"),
      show: (answer) => `${answer.length} bytes of mp4`,
    }),
    post("refuses a broken video", "video/mp4", new Uint8Array(64), {
      accept: "*/*",
      judge: wantStatus(400),
    }),
  ];
}

function post(
  name: string,
  type: string,
  body: Uint8Array,
  { accept = "application/json", ...rest }: Pick<StandardRequest, "judge" | "show"> & { accept?: string },
): StandardRequest {
  const headers = { "content-type": type, accept };
  return { name, method: "POST", path: "/invocations", headers, body, limitMs: INVOCATION_LIMIT_MS, ...rest };
}

function wantStatus(wanted: number): (status: number) => string | undefined {
  return (status) => (status === wanted ? undefined : `status ${status} instead of ${wanted}`);
}

/** Class id and score of each that a classifier names: a list of numbers in class-id order, or the best by name. */
function scoresOf(answer: unknown): [id: number, score: number][] {
  return (answer as (number | { classId: number; score: number })[]).map((entry, i) =>
    typeof entry === "number" ? [i, entry] : [entry.classId, entry.score],
  );
}

function wantClasses(answer: string, { labels, topK }: ClassificationManifest): string | undefined {
  let values: unknown;
  try {
    values = JSON.parse(answer);
  } catch {
    return "the answer is no JSON";
  }
  const count = Math.min(topK ?? labels.length, labels.length);
  const isGood = (entry: unknown): boolean => {
    if (topK === undefined) return Number.isFinite(entry);
    const { classId, className, score } = Object(entry) as Record<string, unknown>;
    return Number.isFinite(score) && labels[classId as number] === className;
  };
  if (Array.isArray(values) && values.length === count && values.every(isGood)) return undefined;
  return topK === undefined
    ? `the answer is no list of ${count} numbers, one a label`
    : `the answer is no list of ${count} classes with classId, className and score`;
}

function wantBoxes(answer: string, classes: number): string | undefined {
  const wrong = 'the answer is no {"prediction": [[class, score, left, top, right, bottom], ...]}';
  try {
    const { prediction } = JSON.parse(answer) as { prediction: number[][] };
    const good = prediction.every(
      (row) => row.length === 6 && row.every(Number.isFinite) && row[0]! >= 0 && row[0]! < classes,
    );
    return good ? undefined : wrong;
  } catch {
    return wrong;
  }
}

function wantPrediction(answer: string, manifest: ClassificationManifest): string | undefined {
  try {
    return wantClasses(
      JSON.stringify((JSON.parse(answer) as { prediction?: unknown }).prediction) ?? "",
      manifest,
    );
  } catch {
    return 'the answer is no {"prediction": [...]}';
  }
}
