import type { CliIO, OptionValues } from "@sightline/foundation/command-line";
import { textOption } from "@sightline/foundation/option-values";
import type { Session } from "@sightline/sdk";
import { CliError } from "../errors.js";

/** The options of every command that talks to AWS. */
export const SESSION_OPTIONS = {
  region: { type: "string" },
  profile: { type: "string" },
  json: { type: "boolean" },
} as const;

/** Their help, behind the command's own options. */
export const SESSION_HELP = `  --region NAME        default: AWS_REGION, or the profile's
  --profile NAME       profile of ~/.aws (default: AWS_PROFILE)
  --json               the result as JSON on stdout
  --help               this text

Credentials are found as every AWS SDK finds them; AWS_ENDPOINT_URL leads to a local SageMaker (sightline local).`;

/** There is no region: told in the command line's words. */
export class NoRegionError extends CliError {
  constructor(cause: Error) {
    super(`No AWS region. ${REGION_REMEDY}`, { cause });
  }
}

/** What names a region. */
export const REGION_REMEDY =
  "Give --region, or set AWS_REGION, or AWS_PROFILE where the profile names one; for this machine alone: sightline local.";

/** The SDK, loaded: it is not before a command needs it. */
export type Sdk = typeof import("@sightline/sdk");

/** Does work in a session, and closes it. */
export async function withSession<Result>(
  values: OptionValues,
  io: Pick<CliIO, "err">,
  work: (session: Session, sdk: Sdk) => Promise<Result>,
): Promise<Result> {
  const sdk = await import("@sightline/sdk");
  const given = {
    region: textOption(values, "region"),
    profile: textOption(values, "profile"),
    bucket: textOption(values, "bucket"),
    role: textOption(values, "role"),
    id: textOption(values, "session"),
  };
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const say = (message: string) => io.err(`${message}\n`);
  const logger = { debug: () => undefined, info: say, warn: say, error: say };
  const session = await sdk.createSession({ ...set, logger }).catch((error: unknown) => {
    if (error instanceof sdk.NoRegionError) throw new NoRegionError(error);
    throw error;
  });
  try {
    return await work(session, sdk);
  } finally {
    session.close();
  }
}
