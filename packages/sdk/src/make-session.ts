import { randomBytes } from "node:crypto";
import { environment } from "@sightline/contract/environment";
import type { ClientSources } from "./aws/clients.js";
import { createSender } from "./aws/send.js";
import { checkBucketName, checkTags } from "./checks/names.js";
import { InvalidInputError, NoRegionError } from "./errors.js";
import { createIdentity } from "./identity.js";
import { SESSION_TAG, type Session, type SessionOptions } from "./session.js";

/** Makes a session that can use those clients only: what is not named, a bundler leaves out. */
export async function makeSession(sources: ClientSources, options: SessionOptions): Promise<Session> {
  const bucket = options.bucket ?? nonEmpty(process.env[environment.bucket]);
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
  const sender = createSender(
    {
      region,
      credentials: options.credentials,
      profile: options.profile,
      endpointUrl: options.endpointUrl,
      maxAttempts: options.maxAttempts ?? 4,
    },
    sources,
  );
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
    ...createIdentity(send, options.role ?? nonEmpty(process.env[environment.roleArn])),
    close: sender.close,
  };
}

async function findRegion(lookUp: () => Promise<string>): Promise<string> {
  try {
    return await lookUp();
  } catch (cause) {
    throw new NoRegionError("No AWS region: pass `region`, or set AWS_REGION or a profile that names one.", {
      cause,
    });
  }
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === "" ? undefined : value;
}
