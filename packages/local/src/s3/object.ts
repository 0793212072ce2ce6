import type { ChecksumAlgorithm } from "../wire/checksum.js";

/** A file that holds consecutive bytes of an object. */
export interface Segment {
  /** File name below the data folder. */
  readonly id: string;
  /** Bytes. */
  readonly size: number;
}

/** A checksum as S3 keeps it. */
export interface StoredChecksum {
  readonly algorithm: ChecksumAlgorithm;
  /** Base64; a composite one ends in `-PARTS`. */
  readonly value: string;
  readonly type: "FULL_OBJECT" | "COMPOSITE";
}

/** An object: what S3 knows of it, and where its bytes lie. */
export interface StoredObject {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** Without quotes. */
  readonly etag: string;
  /** Milliseconds since 1970; S3 shows whole seconds in headers. */
  readonly lastModified: number;
  /** Headers given back as they came: content-type, cache-control... */
  readonly headers: Readonly<Record<string, string>>;
  /** User metadata, names without `x-amz-meta-`. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly segments: readonly Segment[];
  readonly checksum?: StoredChecksum;
  /** Sizes of the parts of a multipart upload, in order. */
  readonly partSizes?: readonly number[];
  /** Checksums of the parts, base64, by the algorithm of `checksum`: where every part has one. */
  readonly partChecksums?: readonly string[];
  /** The multipart upload that it was completed from. */
  readonly uploadId?: string;
  readonly tags?: Readonly<Record<string, string>>;
}

/** Compares two keys as S3 lists them: by UTF-8 bytes, which is by code point, not by UTF-16 unit. */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left !== right) return codePointRank(left) - codePointRank(right);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above U+FFFF, so they sort after U+E000..U+FFFF. */
function codePointRank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}
