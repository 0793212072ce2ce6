import { createReadStream } from "node:fs";
import { copyFile, open } from "node:fs/promises";
import type { StoredObject } from "../s3/object.js";
import type { ObjectStore } from "../s3/object-store.js";
import { Digests } from "../wire/checksum.js";
import type { Objects, S3Location, S3Object } from "./objects.js";

/** The objects of this server's own S3. */
export function embeddedObjects(store: ObjectStore): Objects {
  return {
    hasBucket: async (name) => store.buckets.has(name),
    async find({ bucket, key }) {
      const object = store.buckets.get(bucket)?.objects.get(key);
      return object === undefined ? undefined : objectOf(store, object);
    },
    async list({ bucket, key }) {
      const holder = store.buckets.get(bucket);
      if (holder === undefined) return [];
      const all = holder.list({ prefix: key, delimiter: "", after: "", max: Number.POSITIVE_INFINITY });
      return [...all.items].map((object) => objectOf(store, object));
    },
    put: (location, content, contentType) => put(store, location, content, contentType),
  };
}

function objectOf(store: ObjectStore, object: StoredObject): S3Object {
  const { key, size, segments } = object;
  const read = () => store.segments.read(segments, 0, size);
  return {
    key,
    size,
    read,
    async saveAs(target, signal) {
      const release = store.segments.retain(segments);
      try {
        const [only] = segments;
        if (segments.length === 1) {
          await copyFile(store.segments.pathOf(only!.id), target);
          return;
        }
        const file = await open(target, "w");
        try {
          for await (const piece of read()) {
            signal?.throwIfAborted();
            await file.writeFile(piece);
          }
        } finally {
          await file.close();
        }
      } finally {
        release();
      }
    },
    // An object that is overwritten stays as it was for who holds it.
    hold: () => store.segments.retain(segments),
  };
}

async function put(
  store: ObjectStore,
  { bucket, key }: S3Location,
  content: Uint8Array | { readonly path: string },
  contentType = "binary/octet-stream",
): Promise<void> {
  const holder = store.bucket(bucket);
  const digests = new Digests(["md5"]);
  const pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array> =
    content instanceof Uint8Array ? [content] : createReadStream(content.path, { highWaterMark: 1 << 18 });
  const segment = await store.segments.write(async (writer) => {
    for await (const piece of pieces) {
      digests.update(piece);
      writer.add(piece);
      await writer.drain();
    }
  });
  const object: StoredObject = {
    key,
    size: segment.size,
    etag: digests.of("md5").toString("hex"),
    lastModified: Date.now(),
    headers: { "content-type": contentType },
    metadata: {},
    segments: [segment],
  };
  try {
    store.commit(holder, object, "ObjectCreated:Put");
  } catch (error) {
    store.segments.remove(object.segments);
    throw error;
  }
}
