import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { AwsError } from "../errors.js";
import { Journal } from "../state/journal.js";
import { Bucket } from "./bucket.js";
import type { CorsRule } from "./cors-rules.js";
import type { StoredObject } from "./object.js";
import { SegmentStore } from "./segment-store.js";

/** Told after an object appeared or went: `ObjectCreated:Put`, `ObjectRemoved:Delete`... */
export type ObjectListener = (event: string, bucket: Bucket, object: StoredObject) => void;

interface BucketRecord {
  readonly created: number;
  readonly region: string;
  readonly cors?: readonly CorsRule[];
}

/** All buckets, below one folder. */
export class ObjectStore {
  /** The files of the objects' bytes. */
  readonly segments: SegmentStore;
  readonly listeners = new Set<ObjectListener>();
  readonly #folder: string;
  readonly #records: Journal<BucketRecord>;
  readonly #buckets = new Map<string, Bucket>();

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(path.join(folder, "buckets"), { recursive: true });
    this.segments = new SegmentStore(path.join(folder, "data"));
    this.#records = new Journal(path.join(folder, "buckets.jsonl"));
    const live = new Set<string>();
    for (const [name, record] of this.#records.values) {
      const bucket = this.#open(name, record);
      for (const object of bucket.objects.values()) for (const { id } of object.segments) live.add(id);
      for (const upload of [...bucket.uploads.values()]) {
        // A completion that was cut short between the object and the upload: the bytes are the object's.
        const parts = [...bucket.parts(upload.id).values()];
        if (parts.some((part) => part.segments.some(({ id }) => live.has(id))))
          bucket.deleteUpload(upload.id);
        for (const part of bucket.parts(upload.id).values()) for (const { id } of part.segments) live.add(id);
      }
    }
    this.segments.sweep(live);
  }

  /** The buckets by name. */
  get buckets(): ReadonlyMap<string, Bucket> {
    return this.#buckets;
  }

  /** @throws AwsError NoSuchBucket */
  bucket(name: string): Bucket {
    const bucket = this.#buckets.get(name);
    if (bucket !== undefined) return bucket;
    throw new AwsError("NoSuchBucket", "The specified bucket does not exist", 404, {
      members: { BucketName: name },
    });
  }

  /** Makes a bucket; the caller has looked whether there is one of that name. */
  createBucket(name: string, region: string): Bucket {
    const record = { created: Date.now(), region };
    // What a bucket of that name left when its deletion was cut short must not come back.
    rmSync(this.#folderOf(name), { recursive: true, force: true });
    const bucket = this.#open(name, record);
    this.#records.set(name, record);
    return bucket;
  }

  /** @throws AwsError BucketNotEmpty */
  deleteBucket(name: string): void {
    const bucket = this.bucket(name);
    if (bucket.objects.size > 0) {
      throw new AwsError("BucketNotEmpty", "The bucket you tried to delete is not empty", 409, {
        members: { BucketName: name },
      });
    }
    const parts = [...bucket.uploads.keys()].flatMap((id) => [...bucket.parts(id).values()]);
    this.#records.delete(name);
    this.#buckets.delete(name);
    bucket.close();
    this.segments.remove(parts.flatMap((part) => part.segments));
    rmSync(this.#folderOf(name), { recursive: true, force: true });
  }

  /** Says which other origins' pages may use a bucket; undefined: none. @throws AwsError NoSuchBucket */
  setCors(name: string, cors: readonly CorsRule[] | undefined): void {
    const bucket = this.bucket(name);
    const { created, region } = bucket;
    this.#records.set(name, cors === undefined ? { created, region } : { created, region, cors });
    bucket.cors = cors;
  }

  /** Makes an object visible and drops the bytes of the one it replaces. */
  commit(bucket: Bucket, object: StoredObject, event: string): void {
    if (this.#buckets.get(bucket.name) !== bucket) {
      throw new AwsError("NoSuchBucket", "The specified bucket does not exist", 404);
    }
    const former = bucket.put(object);
    if (former !== undefined) this.segments.remove(former.segments);
    for (const listener of this.listeners) listener(event, bucket, object);
  }

  /** Removes an object; removing what is not there is not an error. */
  remove(bucket: Bucket, key: string): StoredObject | undefined {
    const former = bucket.delete(key);
    if (former === undefined) return undefined;
    this.segments.remove(former.segments);
    for (const listener of this.listeners) listener("ObjectRemoved:Delete", bucket, former);
    return former;
  }

  /** Closes its files. */
  close(): void {
    for (const bucket of this.#buckets.values()) bucket.close();
    this.#records.close();
  }

  #open(name: string, record: BucketRecord): Bucket {
    const bucket = new Bucket(this.#folderOf(name), name, record.created, record.region);
    bucket.cors = record.cors;
    this.#buckets.set(name, bucket);
    return bucket;
  }

  #folderOf(name: string): string {
    return path.join(this.#folder, "buckets", name);
  }
}
