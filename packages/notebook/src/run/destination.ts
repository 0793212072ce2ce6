import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { NotebookError, UsageError } from "../errors.js";
import { writeAtomically } from "../notebook-file/write.js";

/** Where a file of a run goes: a path, or an object in S3 that is written as a local file first. */
export interface Destination {
  /** The path or S3 URI as given. */
  readonly name: string;
  /** Path to write at any time. */
  readonly localPath: string;
  /** Brings the local file to S3; nothing to do for a path. */
  publish(): Promise<void>;
  /** Removes what is only temporary. */
  close(): Promise<void>;
}

/** Opens a destination.
 * @throws UsageError when an S3 URI names no object.
 */
export async function openDestination(name: string): Promise<Destination> {
  if (!name.startsWith("s3://")) {
    return { name, localPath: name, publish: async () => {}, close: async () => {} };
  }
  const { bucket, key } = parseUri(name);
  const folder = await mkdtemp(join(tmpdir(), "sightline-notebook-"));
  const localPath = join(folder, basename(key));
  let lost = false;
  return {
    name,
    localPath,
    publish: async () => {
      lost = true;
      await putObject(name, bucket, key, await readFile(localPath), `It is kept in ${localPath}.`);
      lost = false;
    },
    // What could not be brought to S3 may be the work of hours.
    close: async () => {
      if (!lost) await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Writes one finished file to a path or S3 URI. */
export async function writeDestination(name: string, data: string): Promise<void> {
  if (!name.startsWith("s3://")) return await writeAtomically(name, data);
  const { bucket, key } = parseUri(name);
  await putObject(name, bucket, key, Buffer.from(data), "");
}

function parseUri(uri: string): { bucket: string; key: string } {
  const match = uri.match(/^s3:\/\/([^/]+)\/(.+[^/])$/);
  if (match === null) throw new UsageError(`An S3 output is s3://bucket/key of an object, got "${uri}".`);
  return { bucket: match[1]!, key: match[2]! };
}

const contentTypes: Readonly<Record<string, string>> = {
  ipynb: "application/x-ipynb+json",
  html: "text/html; charset=utf-8",
  xml: "application/xml",
};

async function putObject(
  name: string,
  bucket: string,
  key: string,
  body: Uint8Array,
  consolation: string,
): Promise<void> {
  // Loaded late: the client costs a second that runs without S3 need not pay.
  const { S3Client, PutObjectCommand } = await import("@aws-sdk/client-s3");
  const client = withoutNodeVersionNotice(() => new S3Client({}));
  const type = contentTypes[key.split(".").at(-1) ?? ""];
  const request = {
    Bucket: bucket,
    Key: key,
    Body: body,
    ...(type === undefined ? {} : { ContentType: type }),
  };
  try {
    await client.send(new PutObjectCommand(request));
  } catch (cause) {
    const why = (cause as Error).message || (cause as Error).name;
    throw new NotebookError(`Cannot write ${name}: ${why}. ${consolation}`.trim(), { cause });
  } finally {
    client.destroy();
  }
}

/**
 * On Node 20 the first AWS client of a process prints seven lines that a log need not have. The client reads this
 * variable inside its constructor, so it is set for just that long; who sets it decides alone.
 */
function withoutNodeVersionNotice<T>(construct: () => T): T {
  const variable = "AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED";
  if (process.env[variable] !== undefined) return construct();
  process.env[variable] = "true";
  try {
    return construct();
  } finally {
    delete process.env[variable];
  }
}
