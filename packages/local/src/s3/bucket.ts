import { mkdirSync } from "node:fs";
import path from "node:path";
import { Journal } from "../state/journal.js";
import type { CorsRule } from "./cors-rules.js";
import { boundOf, type ListPage, type ListQuery, takePage } from "./list-page.js";
import { compareKeys, type Segment, type StoredChecksum, type StoredObject } from "./object.js";

/** A part that a multipart upload holds. */
export interface StoredPart {
  readonly number: number;
  readonly size: number;
  readonly etag: string;
  readonly lastModified: number;
  readonly segments: readonly Segment[];
  readonly checksum?: StoredChecksum;
}

/** A multipart upload in progress. */
export interface StoredUpload {
  readonly id: string;
  readonly key: string;
  readonly initiated: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
  readonly checksumAlgorithm?: StoredChecksum["algorithm"];
  readonly checksumType?: StoredChecksum["type"];
}

/** One bucket: its objects and its unfinished uploads, on disk and in memory. */
export class Bucket {
  readonly name: string;
  readonly created: number;
  readonly region: string;
  readonly #objects: Journal<StoredObject>;
  readonly #uploads: Journal<StoredUpload>;
  readonly #partJournal: Journal<StoredPart>;
  readonly #parts = new Map<string, Map<number, StoredPart>>();
  /** Which other origins' pages may read and write it. */
  cors: readonly CorsRule[] | undefined;
  #sorted: string[] | undefined;

  constructor(folder: string, name: string, created: number, region: string) {
    this.name = name;
    this.created = created;
    this.region = region;
    mkdirSync(folder, { recursive: true });
    this.#objects = new Journal(path.join(folder, "objects.jsonl"));
    this.#uploads = new Journal(path.join(folder, "uploads.jsonl"));
    this.#partJournal = new Journal(path.join(folder, "parts.jsonl"));
    for (const [key, part] of this.#partJournal.values) this.#remember(key.slice(0, key.indexOf("/")), part);
  }

  get objects(): ReadonlyMap<string, StoredObject> {
    return this.#objects.values;
  }

  get uploads(): ReadonlyMap<string, StoredUpload> {
    return this.#uploads.values;
  }

  /** Makes an object visible, all at once. Returns what it replaced. */
  put(object: StoredObject): StoredObject | undefined {
    const former = this.#objects.values.get(object.key);
    this.#objects.set(object.key, object);
    if (former === undefined) this.#sorted = undefined;
    return former;
  }

  delete(key: string): StoredObject | undefined {
    const former = this.#objects.values.get(key);
    this.#objects.delete(key);
    if (former !== undefined) this.#sorted = undefined;
    return former;
  }

  putUpload(upload: StoredUpload): void {
    this.#uploads.set(upload.id, upload);
  }

  /** Forgets an upload and its parts; their bytes are the caller's. */
  deleteUpload(id: string): void {
    this.#uploads.delete(id);
    for (const number of this.parts(id).keys()) this.#partJournal.delete(`${id}/${number}`);
    this.#parts.delete(id);
  }

  /** The parts that an upload holds, by number. */
  parts(uploadId: string): ReadonlyMap<number, StoredPart> {
    return this.#parts.get(uploadId) ?? new Map();
  }

  putPart(uploadId: string, part: StoredPart): void {
    this.#partJournal.set(`${uploadId}/${part.number}`, part);
    this.#remember(uploadId, part);
  }

  close(): void {
    this.#objects.close();
    this.#uploads.close();
    this.#partJournal.close();
  }

  #remember(uploadId: string, part: StoredPart): void {
    const parts = this.#parts.get(uploadId) ?? new Map<number, StoredPart>();
    this.#parts.set(uploadId, parts.set(part.number, part));
  }

  /** Lists keys after `after` in UTF-8 order; keys that share a prefix up to `delimiter` count as one. */
  list(
    options: Pick<ListQuery, "prefix" | "delimiter" | "max"> & { readonly after: string },
  ): ListPage<StoredObject> {
    this.#sorted ??= [...this.#objects.values.keys()].sort(compareKeys);
    const keys = this.#sorted;
    const from = Math.max(boundOf(keys, options.prefix, false), boundOf(keys, options.after, true));
    const page = takePage(keys, (key) => key, options, options.after, from);
    return { ...page, items: page.items.map((key) => this.#objects.values.get(key)!) };
  }
}
