import { AwsError } from "../errors.js";

/** A place in S3. */
export interface S3Location {
  readonly bucket: string;
  readonly key: string;
}

/** An object that SageMaker reads on its user's behalf, wherever it lies. */
export interface S3Object {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** Its bytes, from the first to the last. */
  read(): AsyncIterable<Uint8Array>;
  /** Writes it to a file whose folder is there. */
  saveAs(file: string, signal?: AbortSignal): Promise<void>;
  /** Keeps what was seen from being replaced by something else unnoticed, until the returned function is called. */
  hold(): () => void;
}

/** The S3 that jobs, models and asynchronous invocations read from and write to. */
export interface Objects {
  hasBucket(name: string): Promise<boolean>;
  find(location: S3Location): Promise<S3Object | undefined>;
  /** Objects whose keys begin with a prefix, in key order; none where there is no such bucket. */
  list(prefix: S3Location): Promise<readonly S3Object[]>;
  /** @throws AwsError when it cannot be put */
  put(
    location: S3Location,
    content: Uint8Array | { readonly path: string },
    contentType?: string,
  ): Promise<void>;
}

/** Reads `s3://bucket/key`. @throws AwsError ValidationException */
export function parseS3Uri(uri: string): S3Location {
  const match = /^(?:https|s3):\/\/([^/]+)\/?(.*)$/s.exec(uri);
  if (match === null)
    throw new AwsError("ValidationException", `"${uri}" is not an S3 URI of the form s3://bucket/key.`);
  return { bucket: match[1]!, key: match[2]! };
}
