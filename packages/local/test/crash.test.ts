import { createHash } from "node:crypto";
import { readdirSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { afterEach, expect, test } from "vitest";
import { startCommandLine } from "./command-line-support.js";
import { temporaryFolder } from "./support.js";

const Bucket = "crash-bucket";
const stateDir = temporaryFolder();
let server: Awaited<ReturnType<typeof startCommandLine>> | undefined;
afterEach(async () => {
  server?.kill("SIGKILL");
  await server?.ended;
  rmSync(stateDir, { recursive: true, force: true });
});

async function start(): Promise<S3Client> {
  server = await startCommandLine(stateDir);
  return new S3Client(server.config);
}

/** The same numbers from 0 to 1 in every run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}
const SEED = 20261128;

const digest = (data: Uint8Array) => createHash("sha256").update(data).digest("hex");
const DELETED = "deleted";

/** What a key may hold: what was acknowledged last, or what was on its way when the server was killed. */
type Allowed = Map<string, Set<string>>;

/** Writes, overwrites and deletes until the server is gone; tells of each answer. */
async function write(
  s3: S3Client,
  writer: number,
  round: number,
  allowed: Allowed,
  answered: () => void,
): Promise<void> {
  const random = seeded(SEED + 100 * round + writer);
  for (let step = 0; ; step++) {
    const Key = `writer-${writer}/key-${step % 4}`;
    const before = allowed.get(Key) ?? new Set([DELETED]);
    const Body = Buffer.alloc(
      step % 5 === 4 ? 11 << 20 : 1 + Math.floor(random() * 300_000),
      `round ${round}, writer ${writer}, step ${step} `,
    );
    const next = step % 7 === 6 ? DELETED : digest(Body);
    allowed.set(Key, new Set([...before, next]));
    try {
      if (next === DELETED) await s3.send(new DeleteObjectCommand({ Bucket, Key }));
      else if (Body.length > 5 << 20) await new Upload({ client: s3, params: { Bucket, Key, Body } }).done();
      else await s3.send(new PutObjectCommand({ Bucket, Key, Body }));
    } catch {
      return;
    }
    allowed.set(Key, new Set([next]));
    answered();
  }
}

test("a server killed in the middle of many writes has every acknowledged object, whole, and no garbage", async () => {
  const allowed: Allowed = new Map();
  for (let round = 0; round < 3; round++) {
    const s3 = await start();
    if (round === 0) await s3.send(new CreateBucketCommand({ Bucket }));
    const { kill: signal, ended } = server!;
    // Killed with the answer to this write still fresh, and those of five other writers on their way.
    let left = 20 + Math.floor(seeded(SEED + round)() * 40);
    const kill = () => {
      if (--left === 0) signal("SIGKILL");
    };
    const writers = Array.from({ length: 6 }, (_, index) => write(s3, index, round, allowed, kill));
    await Promise.all([ended, ...writers]);

    const again = await start();
    for (const [Key, versions] of allowed) {
      const got = await again.send(new GetObjectCommand({ Bucket, Key })).catch(() => undefined);
      const found = got === undefined ? DELETED : digest(await got.Body!.transformToByteArray());
      expect(versions, `${Key} in round ${round}`).toContain(found);
      allowed.set(Key, new Set([found]));
    }
    server!.kill("SIGTERM");
    await server!.ended;
  }
  expect(allowed.size).toBeGreaterThan(6);

  // What broke off was swept away by the start: besides the objects only unfinished uploads hold bytes.
  const s3 = await start();
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
  const { Uploads = [] } = await s3.send(new ListMultipartUploadsCommand({ Bucket }));
  let expected = Contents.reduce((sum, { Size = 0 }) => sum + Size, 0);
  for (const { Key, UploadId } of Uploads) {
    const { Parts = [] } = await s3.send(new ListPartsCommand({ Bucket, Key, UploadId }));
    expected += Parts.reduce((sum, { Size = 0 }) => sum + Size, 0);
  }
  const data = path.join(stateDir, "s3/data");
  expect(readdirSync(data).reduce((sum, name) => sum + statSync(path.join(data, name)).size, 0)).toBe(
    expected,
  );
});
