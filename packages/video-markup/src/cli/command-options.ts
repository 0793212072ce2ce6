import { UsageError } from "@sightline/foundation/command-line";

/** All options, as `parseArgs` takes them: which of them a command reads is checked afterwards, to say who does. */
export const options = {
  model: { type: "string" },
  layout: { type: "string" },
  confidence: { type: "string" },
  iou: { type: "string" },
  classes: { type: "string" },
  decoder: { type: "string" },
  provider: { type: "string" },
  stride: { type: "string" },
  batch: { type: "string" },
  annotate: { type: "string" },
  track: { type: "boolean" },
  codec: { type: "string" },
  crf: { type: "string" },
  preset: { type: "string" },
  "no-sound": { type: "boolean" },
  output: { type: "string", short: "o" },
  detections: { type: "string" },
  workers: { type: "string" },
  "max-seconds": { type: "string" },
  shard: { type: "string" },
  shards: { type: "string" },
  tracker: { type: "string" },
  smooth: { type: "boolean" },
  format: { type: "string" },
  size: { type: "string" },
  video: { type: "string" },
  gpx: { type: "string" },
  "video-start": { type: "string" },
  live: { type: "boolean" },
  "on-behind": { type: "string" },
  "max-latency": { type: "string" },
  "input-option": { type: "string", multiple: true },
  "on-error": { type: "string" },
  line: { type: "string", multiple: true },
  zone: { type: "string", multiple: true },
  anchor: { type: "string" },
  json: { type: "boolean" },
} as const;

const looking = ["model", "layout", "confidence", "iou", "classes", "decoder", "provider"] as const;
const coding = ["codec", "crf", "preset"] as const;
const drawing = ["annotate", ...coding] as const;
const counting = ["line", "zone", "anchor"] as const;
const running = ["max-seconds", "workers"] as const;

/** The options that each command reads, beside `--output` and `--json`, which all do. */
const read = {
  "mark-up": [
    ...looking,
    ...drawing,
    ...counting,
    ...running,
    ...["stride", "batch", "track", "detections", "shard", "no-sound"],
  ],
  detect: [...looking, ...running, "stride", "batch", "detections", "shard"],
  render: [...drawing, ...counting, ...running, "detections", "no-sound"],
  join: ["shards", "max-seconds", "detections", "no-sound"],
  images: [...looking, "annotate", "workers", "detections", "on-error"],
  live: [
    ...looking,
    ...drawing,
    ...counting,
    ...["stride", "track", "detections", "max-seconds"],
    ...["live", "max-latency", "on-behind", "input-option"],
  ],
  track: ["tracker", "smooth"],
  export: ["format", "size", "video"],
  report: ["video", "gpx", "video-start", ...counting],
  pictures: ["video"],
} as const;

const names: Partial<Record<keyof typeof read, string>> = {
  "mark-up": "marking up a video",
  images: "marking up pictures",
  live: "live streams",
};

/**
 * An option that a command does not read is a mistake: `detect --track` would go on without tracks.
 *
 * @throws {UsageError} for the first of them
 */
export function checkOptionsRead(kind: keyof typeof read, values: object): void {
  const known: readonly string[] = [...read[kind], "output", "json"];
  const unread = Object.entries(values).find(([name, value]) => value !== undefined && !known.includes(name));
  if (!unread) return;
  const readers = Object.entries(read).flatMap(([name, options]) =>
    (options as readonly string[]).includes(unread[0]) ? [names[name as keyof typeof read] ?? name] : [],
  );
  throw new UsageError(`--${unread[0]} is not for ${names[kind] ?? kind}; it is for ${readers.join(", ")}`);
}
