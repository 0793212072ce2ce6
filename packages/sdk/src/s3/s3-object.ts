import type { RawParameters } from "../aws/merge-raw.js";

/** One object of a bucket. */
export interface S3Object {
  /** S3 URI. */
  readonly uri: string;
  /** Key, without a slash in front. */
  readonly key: string;
  /** Length in bytes. */
  readonly bytes: number;
  /** ETag without its quotation marks. */
  readonly etag: string;
  /** When it was written; undefined when S3 does not say. */
  readonly modifiedAt: Date | undefined;
}

/** One object with its metadata. */
export interface S3ObjectHead extends S3Object {
  /** The `x-amz-meta-` headers, without that beginning. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** What a request to S3 may be given. */
export interface S3RequestOptions {
  /** Cancels; the promise then rejects with the signal's own reason. */
  readonly signal?: AbortSignal | undefined;
  /** Raw parameters of the S3 request. */
  readonly aws?: RawParameters | undefined;
}
