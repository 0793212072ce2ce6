import { mkdirSync } from "node:fs";
import path from "node:path";
import { Journal } from "../state/journal.js";
import type { CorsRule } from "./cors-rules.js";
import { boundOf, type ListPage, type ListQuery, takePage } from "./list-page.js";
import { compareKeys, type Segment, type StoredChecksum, type StoredObject } from "./object.js";

/** A part that a multipart upload holds. */
export interface StoredPart {
  /** 1 to 10,000. */
  readonly number: number;
  /** Bytes. */
  readonly size: number;
  /** MD5 as hex, without quotes. */
  readonly etag: string;
  /** Milliseconds since 1970. */
  readonly lastModified: number;
  /** Where its bytes lie. */
  readonly segments: readonly Segment[];
  /** The one that was sent or wanted with it. */
  readonly checksum?: StoredChecksum;
}

/** A multipart upload in progress. */
export interface StoredUpload {
  /** The UploadId. */
  readonly id: string;
  /** The object's key. */
  readonly key: string;
  /** Milliseconds since 1970. */
  readonly initiated: number;
  /** Headers that the object will give back. */
  readonly headers: Readonly<Record<string, string>>;
  /** User metadata, names without `x-amz-meta-`. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Tags that the object will have. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Algorithm of every part and of the object; undefined when none was named. */
  readonly checksumAlgorithm?: StoredChecksum["algorithm"];
  /** How the object's checksum is made of its parts'. */
  readonly checksumType?: StoredChecksum["type"];
}

/** One bucket: its objects and its unfinished uploads, on disk and in memory. */
export class Bucket {
  /** Unique in the server. */
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly created: number;
  /** Its LocationConstraint. */
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

  /** The objects by key. */
  get objects(): ReadonlyMap<string, StoredObject> {
    return this.#objects.values;
  }

  /** The unfinished uploads by UploadId. */
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

  /** Forgets an object. Returns it; its bytes are the caller's. */
  delete(key: string): StoredObject | undefined {
    const former = this.#objects.values.get(key);
    this.#objects.delete(key);
    if (former !== undefined) this.#sorted = undefined;
    return former;
  }

  /** Begins an upload. */
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

  /** Adds a part, or puts it in the place of the one of its number. */
  putPart(uploadId: string, part: StoredPart): void {
    this.#partJournal.set(`${uploadId}/${part.number}`, part);
    this.#remember(uploadId, part);
  }

  /** Closes its files. */
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
