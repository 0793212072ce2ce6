import type { Credentials, SendOptions, SendRequest } from "./aws/send-request.js";

/** Where messages go; the shape of `console`. */
export interface Logger {
  /** Takes what helps only in a search for a fault. */
  debug(message: string): void;
  /** Takes what is worth knowing. */
  info(message: string): void;
  /** Takes what went wrong without consequence, for example a look that was throttled. */
  warn(message: string): void;
  /** Takes what failed. */
  error(message: string): void;
}

/** What a session is made with; everything has a default. */
export interface SessionOptions {
  /** AWS region. Default: as the AWS SDK finds it (AWS_REGION, AWS_DEFAULT_REGION, then the profile). */
  readonly region?: string;
  /** Bucket of every S3 location given without one. Default: environment variable SIGHTLINE_BUCKET, else none. */
  readonly bucket?: string;
  /** Account that must own the buckets (12 digits). S3 then refuses anyone else's bucket of that name. */
  readonly expectedBucketOwner?: string;
  /** ARN of the role that SageMaker assumes. Default: SIGHTLINE_ROLE_ARN, else the role this program runs as. */
  readonly role?: string;
  /** Default: the AWS SDK's own chain, which renews credentials before they end. */
  readonly credentials?: Credentials | (() => Promise<Credentials>);
  /** Profile of ~/.aws/config and ~/.aws/credentials. Default: AWS_PROFILE. */
  readonly profile?: string;
  /** One URL for every service. Default: AWS_ENDPOINT_URL, else AWS itself. */
  readonly endpointUrl?: string;
  /** Attempts of one request, the first included, when throttled or broken off. Default 4. */
  readonly maxAttempts?: number;
  /** Tags of everything the session creates, beside `sightline:session`. At most 40. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Value of the tag `sightline:session`. Default: random. Give your own to find things again in a later run. */
  readonly id?: string;
  /** Default: none. The package prints nothing. */
  readonly logger?: Logger;
  /** In place of the AWS clients, for tests. */
  readonly send?: SendRequest;
}

/** What every function of this package works in. Make one with {@link createSession}. */
export interface Session {
  /** Value of the tag `sightline:session` on everything that the session makes. */
  readonly id: string;
  /** AWS region, for example `eu-west-1`. */
  readonly region: string;
  /** Bucket of every S3 location given without one, or undefined when there is none. */
  readonly bucket: string | undefined;
  /** Account that must own the buckets, 12 digits; undefined when any may. */
  readonly expectedBucketOwner: string | undefined;
  /** Tags of everything that the session makes, its own included. */
  readonly tags: Readonly<Record<string, string>>;
  /** Where messages go, or undefined for nowhere. */
  readonly logger: Logger | undefined;
  /** Sends any request of any of the services. */
  readonly send: SendRequest;
  /** The ARN of the role that SageMaker assumes; looked up once. */
  role(options?: SendOptions): Promise<string>;
  /** The account that this program runs in, 12 digits; looked up once. */
  account(options?: SendOptions): Promise<string>;
  /** Closes the connections. The session may go on being used; it opens new ones. */
  close(): void;
}

/** The tag that all things made in one session carry. */
export const SESSION_TAG = "sightline:session";
