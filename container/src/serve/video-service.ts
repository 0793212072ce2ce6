import { createReadStream, createWriteStream } from "node:fs";
import { chown, mkdtemp, readFile, rm, stat } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { VideoJobProgress, VideoJobResult } from "@sightline/contract/video-job";
import type { VideoOptions } from "@sightline/contract/video-options";
import { describeModel, OnnxError } from "@sightline/onnx";
import {
  DetectorLayoutError,
  LimitError,
  type MarkUpOptions,
  type MarkUpResult,
  markUpVideo,
  planDetector,
  UnreadableVideoError,
  workFolderPath,
} from "@sightline/video-markup";
import { ModelError, messageOf } from "../shared/errors.js";
import { type DetectorManifest, markUpOptions } from "../shared/mark-up-options.js";
import { startDeadline } from "./deadline.js";
import { chooseFfmpegUser } from "./ffmpeg-user.js";
import { JobSlots } from "./job-slots.js";
import { KeptSegments } from "./kept-segments.js";
import type { Gauge } from "./metrics.js";
import { negotiate } from "./negotiate.js";
import { type ObjectStore, s3Store } from "./object-store.js";
import { checkLength, readBody, tooLarge } from "./read-body.js";
import { RequestError } from "./request-error.js";
import { formatS3 } from "./s3-location.js";
import { type Service, sendJson } from "./service.js";
import type { ServeSettings } from "./settings.js";
import { tellProgress } from "./tell-progress.js";
import { type PlannedVideoJob, parseVideoJob } from "./video-job.js";

/** What a video in the body can be answered with. */
const BODY_ANSWERS = ["video/mp4", "application/jsonlines"] as const;
/** Largest job description in bytes. */
const MAX_JOB_BYTES = 64 * 1024;

/**
 * Video mark-up: a JSON job (S3 in, S3 out) answers JSON, a video in the body answers the marked-up mp4, or its
 * detections with `Accept: application/jsonlines`.
 *
 * @throws ModelError when the model is no detector that can be read
 */
export async function startVideoMarkup(
  folder: string,
  manifest: DetectorManifest,
  settings: ServeSettings,
  log: (message: string) => void,
  store: ObjectStore = s3Store(settings.expectedBucketOwner),
): Promise<Service> {
  const model = join(folder, manifest.model);
  const defaults = markUpOptions(manifest);
  try {
    planDetector(describeModel(await readFile(model)), defaults);
  } catch (cause) {
    const known = [OnnxError, DetectorLayoutError, RangeError, TypeError];
    if (!known.some((kind) => cause instanceof kind)) throw cause;
    throw new ModelError(
      `The model ${manifest.model} is no detector that can be served: ${messageOf(cause)}`,
      { cause },
    );
  }
  if (!settings.allowedS3) {
    log("SIGHTLINE_S3_ALLOWED is not set: jobs may name any object that this endpoint's role can reach.");
  }
  const ffmpegUser = await chooseFfmpegUser(log);
  return new VideoService({ model, defaults, settings, log, store, ffmpegUser });
}

interface VideoServiceParts {
  readonly model: string;
  readonly defaults: Omit<MarkUpOptions, "model">;
  readonly settings: ServeSettings;
  readonly log: (message: string) => void;
  readonly store: ObjectStore;
  /** Whom a job's folder and video are given to. */
  readonly ffmpegUser: number | undefined;
}

class VideoService implements Service {
  readonly #parts: VideoServiceParts;
  readonly #slots: JobSlots;
  readonly #stop = new AbortController();

  constructor(parts: VideoServiceParts) {
    this.#parts = parts;
    this.#slots = new JobSlots(parts.settings.videoJobs, parts.settings.videoQueue);
  }

  get concurrency(): number {
    return this.#parts.settings.videoJobs;
  }

  get maxPayloadBytes(): number {
    return this.#parts.settings.maxVideoBytes;
  }

  gauges(): Gauge[] {
    return [
      { name: "video_jobs_pending", help: "Video jobs waiting or in work.", value: this.#slots.pending },
    ];
  }

  unhealthy(): string | undefined {
    return this.#stop.signal.aborted ? "stopping" : undefined;
  }

  async close(): Promise<void> {
    this.#stop.abort(new RequestError(503, "Stopping", "The instance was stopped."));
  }

  async invoke(request: IncomingMessage, response: ServerResponse, signal: AbortSignal): Promise<void> {
    const type = (request.headers["content-type"] ?? "application/json").split(";")[0]!.trim().toLowerCase();
    const { settings } = this.#parts;
    const deadline = startDeadline(AbortSignal.any([signal, this.#stop.signal]), settings.videoTimeoutMs);
    const any = deadline.signal;
    try {
      if (type === "application/json") {
        negotiate(request.headers.accept, ["application/json"]);
        const job = parseVideoJob(
          await readBody(request, { maxBytes: MAX_JOB_BYTES, signal: any }),
          settings.allowedS3,
        );
        sendJson(response, 200, await this.#inFolder((folder) => this.#runJob(job, folder, any), any));
      } else if (type.startsWith("video/") || type === "application/octet-stream") {
        checkLength(request, settings.maxVideoBytes);
        const answer = negotiate(request.headers.accept, BODY_ANSWERS, settings.defaultAccept);
        await this.#inFolder((folder) => this.#runBody(request, response, folder, answer, any), any);
      } else {
        throw new RequestError(
          415,
          "UnsupportedContentType",
          `This model marks up videos; the content type "${type}" is none of application/json (a job) and video/mp4.`,
        );
      }
    } catch (error) {
      if (deadline.expired) {
        throw new RequestError(
          504,
          "Timeout",
          `The video was not done within ${settings.videoTimeoutMs} ms.`,
          { cause: error },
        );
      }
      throw error;
    } finally {
      deadline.release();
    }
  }

  /** Runs a job in a slot and a private folder, which is removed whatever happens. */
  #inFolder<T>(job: (folder: string) => Promise<T>, signal: AbortSignal): Promise<T> {
    return this.#slots.run(async () => {
      const folder = await mkdtemp(join(tmpdir(), "sightline-video-"));
      try {
        await this.#give(folder);
        return await job(folder);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    }, signal);
  }

  async #give(path: string): Promise<void> {
    const { ffmpegUser } = this.#parts;
    if (ffmpegUser !== undefined) await chown(path, ffmpegUser, ffmpegUser);
  }

  async #runJob(job: PlannedVideoJob, folder: string, signal: AbortSignal): Promise<VideoJobResult> {
    const started = performance.now();
    const { store, settings, log } = this.#parts;
    const source = join(folder, "input");
    await store.download(job.input, source, settings.maxVideoBytes, signal);
    await this.#give(source);
    const kept = new KeptSegments({
      ...{ store, video: job.video, folder: workFolderPath(outputIn(folder)), signal, log },
      ...{ afterMs: settings.drainMs, maxBytes: settings.maxVideoBytes },
    });
    await kept.fetch();
    const tell = tellProgress(job.progress, store, log, signal);
    const result = await this.#markUp(source, folder, job.options, signal, async (progress) => {
      await tell(progress);
      await kept.save();
    });
    // The video last: whoever waits for it finds the detections there already.
    await store.upload(join(folder, "detections.jsonl"), job.detections, "application/jsonlines", signal);
    await store.upload(result.output, job.video, "video/mp4", signal);
    await kept.remove();
    const seconds = (performance.now() - started) / 1000;
    log(
      `${formatS3(job.input)}: ${result.frames} frames, ${result.detectionCount} detections, ${seconds.toFixed(1)} s`,
    );
    return {
      output: formatS3(job.video),
      detections: formatS3(job.detections),
      frames: result.frames,
      durationSeconds: result.durationSeconds,
      framesWithDetections: result.framesWithDetections,
      detectionCount: result.detectionCount,
      warnings: result.warnings,
      seconds,
    };
  }

  async #runBody(
    request: IncomingMessage,
    response: ServerResponse,
    folder: string,
    answer: (typeof BODY_ANSWERS)[number],
    signal: AbortSignal,
  ): Promise<void> {
    const { settings, log } = this.#parts;
    const source = join(folder, "input");
    await pipeline(request, limitBytes(settings.maxVideoBytes), createWriteStream(source), { signal });
    if ((await stat(source)).size === 0)
      throw new RequestError(400, "EmptyBody", "The request has no body; send the video in it.");
    await this.#give(source);
    const result = await this.#markUp(source, folder, {}, signal);
    const path = answer === "video/mp4" ? result.output : join(folder, "detections.jsonl");
    response.writeHead(200, {
      "content-type": answer,
      "content-length": (await stat(path)).size,
      "x-sightline-frames": result.frames,
      "x-sightline-frames-with-detections": result.framesWithDetections,
    });
    await pipeline(createReadStream(path), response, { signal });
    log(
      `video body: ${result.frames} frames, ${result.detectionCount} detections, ${result.seconds.toFixed(1)} s`,
    );
  }

  async #markUp(
    source: string,
    folder: string,
    options: VideoOptions,
    signal: AbortSignal,
    told: (progress: VideoJobProgress) => Promise<void> = async () => undefined,
  ): Promise<MarkUpResult> {
    const { model, defaults, settings, log } = this.#parts;
    const work = markUpVideo(source, outputIn(folder), {
      ...defaults,
      ...options,
      model,
      maxDurationSeconds: settings.maxVideoSeconds,
      detectionsPath: join(folder, "detections.jsonl"),
      signal,
    });
    try {
      for await (const event of work) {
        if (event.kind === "probed" && event.resumedSegments > 0)
          log(`Going on from ${event.resumedSegments} of ${event.segments} segments that were kept`);
        if (event.kind !== "frames") continue;
        await told({ framesRendered: event.framesRendered, frames: event.frames });
      }
      return await work;
    } catch (error) {
      throw explain(error, source);
    }
  }
}

/** Where a job's folder gets the marked-up video. */
function outputIn(folder: string): string {
  return join(folder, "output.mp4");
}

function limitBytes(maxBytes: number): Transform {
  let size = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.byteLength;
      done(size > maxBytes ? tooLarge(maxBytes) : null, chunk);
    },
  });
}

/** What the caller can mend gets a 4xx; the rest stays an error of the server. */
function explain(error: unknown, source: string): unknown {
  // The package names its input, which is a private path here.
  const message = messageOf(error).replaceAll(source, "the input");
  if (error instanceof UnreadableVideoError)
    return new RequestError(400, "UnreadableVideo", message, { cause: error });
  if (error instanceof LimitError) return new RequestError(413, "LimitExceeded", message, { cause: error });
  if (error instanceof RangeError || error instanceof TypeError) {
    return new RequestError(400, "InvalidOptions", message, { cause: error });
  }
  return error;
}
