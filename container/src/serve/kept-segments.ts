import { mkdir, readdir, rm } from "node:fs/promises";
import { basename, dirname, join, sep } from "node:path";
import type { S3Location } from "@sightline/contract/s3-location";
import { messageOf } from "../shared/errors.js";
import { inOrder } from "./in-order.js";
import type { ObjectStore } from "./object-store.js";

/** What a job's segments are kept with. */
export interface KeptSegmentsOptions {
  readonly store: ObjectStore;
  /** The marked-up video: its segments lie below `<key>.segments/`. */
  readonly video: S3Location;
  /** Where the job keeps what is finished, see `workFolderPath`. */
  readonly folder: string;
  /** Milliseconds from now for which nothing is kept: a job so short ends within the time that stopping leaves it. */
  readonly afterMs: number;
  /** Largest accepted object in bytes. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
  readonly log: (message: string) => void;
}

/** A segment's records, their summary and its video, in a folder named by all that they depend on. */
const SEGMENT_FILE = /^[a-z]+-[0-9a-f]{16}\/\d{6}\.(jsonl|json|mp4)$/;
/** Objects that are on their way at once. */
const AT_ONCE = 4;
/** Milliseconds from one look for what is finished to the next. */
const LOOK_MS = 100;
/** Milliseconds for which nothing is sent after something was. */
const PAUSE_MS = 3000;

/**
 * The finished segments of a long job, as objects beside its output: of a container that ends nothing else is left, and the
 * next one goes on from them when it gets the same job. The disk of an endpoint's container goes with it.
 *
 * Keeping is a help, not a need: what goes wrong is told to the log, and the job goes on.
 */
export class KeptSegments {
  readonly #options: KeptSegmentsOptions;
  readonly #kept = new Set<string>();
  #next: number;

  constructor(options: KeptSegmentsOptions) {
    this.#options = options;
    this.#next = performance.now() + options.afterMs;
  }

  /** Brings what an earlier container has kept into the job's folder, before the job begins. */
  async fetch(): Promise<void> {
    const { store, folder, signal, log, maxBytes } = this.#options;
    try {
      const list = await store.read(this.#at("list.json"), signal);
      // Only names that this class writes: they become paths.
      const files = Array.isArray(list) ? list.filter((name) => SEGMENT_FILE.test(String(name))) : [];
      const fetched = inOrder(files as string[], AT_ONCE, async (name) => {
        await mkdir(dirname(join(folder, name)), { recursive: true });
        await store.download(this.#at(name), join(folder, name), maxBytes, signal);
        return name;
      });
      for await (const name of fetched) this.#kept.add(name);
    } catch (error) {
      signal.throwIfAborted();
      log(`What was kept of this video cannot be read, and it begins anew: ${messageOf(error)}`);
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** Keeps what has been finished since the last time. */
  async save(): Promise<void> {
    if (performance.now() < this.#next) return;
    this.#next = performance.now() + LOOK_MS;
    const { store, folder, signal, log } = this.#options;
    const fresh = (await finishedFiles(folder)).filter((name) => !this.#kept.has(name));
    if (fresh.length === 0) return;
    try {
      const sent = inOrder(fresh, AT_ONCE, async (name) => {
        await store.upload(join(folder, name), this.#at(name), "application/octet-stream", signal);
        return name;
      });
      for await (const name of sent) this.#kept.add(name);
      // Last: what it names is there.
      await store.write([...this.#kept], this.#at("list.json"), signal);
      this.#next = performance.now() + PAUSE_MS;
    } catch (error) {
      signal.throwIfAborted();
      log(`The finished segments are not kept: ${messageOf(error)}`);
      this.#next = Number.POSITIVE_INFINITY;
    }
  }

  /** Removes all of it, when the job is done. */
  async remove(): Promise<void> {
    if (this.#kept.size === 0) return;
    const { store, signal, log } = this.#options;
    const all = ["list.json", ...this.#kept].map((name) => this.#at(name));
    await store.remove(all, signal).catch((error: unknown) => {
      log(`The segments that were kept are left: ${messageOf(error)}`);
    });
  }

  #at(name: string): S3Location {
    const { bucket, key } = this.#options.video;
    return { bucket, key: `${key}.segments/${name}` };
  }
}

/** The files of a job's finished segments: the summary of a segment's records is the last that its host leaves. */
async function finishedFiles(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    // The job has not begun, or has just ended.
    if (error.code === "ENOENT") return [];
    throw error;
  });
  const names = found.map((name) => name.replaceAll(sep, "/")).filter((name) => SEGMENT_FILE.test(name));
  const segmentOf = (name: string): string => basename(name).slice(0, 6);
  const finished = new Set(names.filter((name) => name.endsWith(".json")).map(segmentOf));
  return names.filter((name) => finished.has(segmentOf(name)));
}
