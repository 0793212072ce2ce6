import { mkdirSync } from "node:fs";
import path from "node:path";
import { Journal } from "../state/journal.js";
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

/** What a page of a listing holds. */
export interface ListPage {
  readonly objects: readonly StoredObject[];
  readonly commonPrefixes: readonly string[];
  /** Last key or common prefix of the page when there is more, to continue after. */
  readonly next: string | undefined;
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
  list(options: {
    readonly prefix: string;
    readonly delimiter: string;
    readonly after: string;
    readonly max: number;
  }): ListPage {
    const { prefix, delimiter, after, max } = options;
    this.#sorted ??= [...this.#objects.values.keys()].sort(compareKeys);
    const keys = this.#sorted;
    const objects: StoredObject[] = [];
    const commonPrefixes: string[] = [];
    let last = "";
    let index = lowerBound(keys, compareKeys(after, prefix) > 0 ? after : prefix);
    for (; index < keys.length; index++) {
      const key = keys[index]!;
      if (!key.startsWith(prefix)) break;
      if (compareKeys(key, after) <= 0) continue;
      const cut = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
      const common = cut < 0 ? undefined : key.slice(0, cut + delimiter.length);
      if (common !== undefined && (common === commonPrefixes.at(-1) || after.startsWith(common))) continue;
      if (objects.length + commonPrefixes.length >= max) return { objects, commonPrefixes, next: last };
      if (common === undefined) objects.push(this.#objects.values.get(key)!);
      else commonPrefixes.push(common);
      last = common ?? key;
    }
    return { objects, commonPrefixes, next: undefined };
  }
}

function lowerBound(keys: readonly string[], wanted: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareKeys(keys[middle]!, wanted) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
