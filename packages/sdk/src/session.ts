import { randomBytes } from "node:crypto";
import { createSender } from "./aws/send.js";
import type { Credentials, SendOptions, SendRequest } from "./aws/send-request.js";
import { checkBucketName, checkTags } from "./checks/names.js";
import { InvalidInputError, SdkError } from "./errors.js";
import { createIdentity } from "./identity.js";

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

/**
 * Makes a session. No request is sent, and no AWS client loaded, unless the region has to be looked up in
 * a profile.
 *
 * @throws InvalidInputError when an option breaks a rule, or no region is to be found.
 * @example
 * const session = await createSession({ bucket: "drivers" });
 */
export async function createSession(options: SessionOptions = {}): Promise<Session> {
  const bucket = options.bucket ?? nonEmpty(process.env.SIGHTLINE_BUCKET);
  if (bucket !== undefined) checkBucketName("bucket", bucket);
  if (options.tags !== undefined) checkTags("tags", options.tags);
  if (options.expectedBucketOwner !== undefined && !/^\d{12}$/.test(options.expectedBucketOwner)) {
    throw new InvalidInputError(
      "expectedBucketOwner",
      "an account id of 12 digits",
      options.expectedBucketOwner,
      "It is the number in the middle of any of the account's ARNs.",
    );
  }
  const region =
    nonEmpty(options.region) ?? nonEmpty(process.env.AWS_REGION) ?? nonEmpty(process.env.AWS_DEFAULT_REGION);
  const sender = createSender({
    region,
    credentials: options.credentials,
    profile: options.profile,
    endpointUrl: options.endpointUrl,
    maxAttempts: options.maxAttempts ?? 4,
  });
  const send = options.send ?? sender.send;
  const id = options.id ?? randomBytes(6).toString("hex");
  checkTags("id", { [SESSION_TAG]: id });
  return {
    id,
    region: region ?? (await findRegion(sender.findRegion)),
    bucket,
    expectedBucketOwner: options.expectedBucketOwner,
    tags: { ...options.tags, [SESSION_TAG]: id },
    logger: options.logger,
    send,
    ...createIdentity(send, options.role ?? nonEmpty(process.env.SIGHTLINE_ROLE_ARN)),
    close: sender.close,
  };
}

async function findRegion(lookUp: () => Promise<string>): Promise<string> {
  try {
    return await lookUp();
  } catch (cause) {
    throw new SdkError("No AWS region: pass `region`, or set AWS_REGION or a profile that names one.", {
      cause,
    });
  }
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === "" ? undefined : value;
}
