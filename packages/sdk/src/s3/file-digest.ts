import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { isMultipart, partSize } from "./parts.js";

/** What is compared to decide whether an object holds this very file. */
export interface FileDigest {
  /** MD5 of the content, hexadecimal. For comparison only, not for security. */
  readonly md5: string;
  /** The ETag that S3 gives an object uploaded by this package without SSE-KMS or SSE-C. */
  readonly etag: string;
}

/** Reads the file once, in parts of the size of the upload. */
export async function digestFile(path: string, bytes: number, signal?: AbortSignal): Promise<FileDigest> {
  const size = partSize(bytes);
  const whole = createHash("md5");
  const partDigests: Buffer[] = [];
  const file = await open(path, "r");
  try {
    const buffer = Buffer.allocUnsafe(Math.min(1024 * 1024, Math.max(1, bytes)));
    let part = createHash("md5");
    let inPart = 0;
    for (let position = 0; ; ) {
      signal?.throwIfAborted();
      const want = Math.min(buffer.length, size - inPart);
      const { bytesRead } = await file.read(buffer, 0, want, position);
      if (bytesRead === 0) break;
      const chunk = buffer.subarray(0, bytesRead);
      whole.update(chunk);
      part.update(chunk);
      position += bytesRead;
      inPart += bytesRead;
      if (inPart === size) {
        partDigests.push(part.digest());
        part = createHash("md5");
        inPart = 0;
      }
    }
    if (inPart > 0) partDigests.push(part.digest());
  } finally {
    await file.close();
  }
  const md5 = whole.digest("hex");
  const etag = isMultipart(bytes)
    ? `${createHash("md5").update(Buffer.concat(partDigests)).digest("hex")}-${partDigests.length}`
    : md5;
  return { md5, etag };
}
