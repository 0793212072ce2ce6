import type { RawParameters } from "../aws/merge-raw.js";

/** One object of a bucket. */
export interface S3Object {
  readonly uri: string;
  readonly key: string;
  readonly bytes: number;
  readonly etag: string;
  readonly modifiedAt: Date | undefined;
}

/** One object with its metadata. */
export interface S3ObjectHead extends S3Object {
  /** The `x-amz-meta-` headers, without that beginning. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** What a request to S3 may be given. */
export interface S3RequestOptions {
  readonly signal?: AbortSignal | undefined;
  /** Raw parameters of the S3 request. */
  readonly aws?: RawParameters | undefined;
}
