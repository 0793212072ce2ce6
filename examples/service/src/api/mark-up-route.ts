import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { finished, pipeline } from "node:stream/promises";
import { type MarkUpOptions, markUpVideo } from "@sightline/video-markup";
import type { FastifyInstance } from "fastify";
import type { ApiParts } from "./api-parts.js";
import { BINARY, errorAnswers } from "./documents.js";
import { receiveBody } from "./receive-body.js";
import { makeSeats } from "./seats.js";
import { workForSender } from "./sender.js";

/** What finds objects in videos. */
export type Detector = Pick<MarkUpOptions, "model" | "confidence" | "classNames" | "pool">;

/** Media types of videos. What the bytes are is ffmpeg's to judge. */
export const VIDEO_TYPES = ["video/mp4", "video/quicktime", "video/webm", "video/x-matroska"] as const;

const schema = {
  operationId: "markUp",
  summary: "Draws boxes around what a detector finds in a video",
  body: { content: Object.fromEntries(VIDEO_TYPES.map((type) => [type, BINARY])) },
  response: {
    200: {
      description:
        "The marked-up video; headers x-frames and x-detections count what was worked on and found",
      content: { "video/mp4": BINARY },
    },
    ...errorAnswers(400, 408, 413, 415, 422, 503),
  },
};

/**
 * `POST /mark-up`: a video in, the marked-up video out. Both go through files of a folder of the request's own, which
 * is removed when the answer ends, however it ends; no video is ever whole in memory.
 */
export function addMarkUpRoute(api: FastifyInstance, detector: Detector, parts: ApiParts): void {
  const { limits, metrics, stops, scratch } = parts;
  const seats = makeSeats(limits.maxVideos, "videos");
  metrics.watchSeats("video", () => seats.taken);
  api.post("/mark-up", { schema }, (request, reply) =>
    workForSender(reply, stops, (signal) =>
      seats.hold(async () => {
        const folder = await mkdtemp(join(scratch, "video-"));
        try {
          const input = join(folder, "input");
          const output = join(folder, "output.mp4");
          const body = receiveBody(request.raw, {
            maxBytes: limits.maxVideoBytes,
            idleMs: limits.bodyIdleMs,
            signal,
          });
          await pipeline(body, createWriteStream(input));
          metrics.bodyBytes.inc({ route: "/mark-up" }, (await stat(input)).size);
          const done = await markUpVideo(input, output, {
            ...detector,
            maxDurationSeconds: limits.maxVideoSeconds,
            maxFramePixels: limits.maxFramePixels,
            signal,
          });
          metrics.frames.inc(done.frames);
          reply.headers({
            "content-type": "video/mp4",
            "content-length": (await stat(output)).size,
            "x-frames": done.frames,
            "x-detections": done.detectionCount,
          });
          reply.send(createReadStream(output));
          // A sender that leaves in the middle is counted as such; the folder goes either way.
          await finished(reply.raw).catch(() => undefined);
          return reply;
        } finally {
          await rm(folder, { recursive: true, force: true });
        }
      }),
    ),
  );
}
