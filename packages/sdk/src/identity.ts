import type { SendOptions, SendRequest } from "./aws/send-request.js";
import { InvalidInputError } from "./errors.js";

/** Who this program is, as STS says. */
interface Identity {
  readonly Arn?: string;
  readonly Account?: string;
}

/** Makes the look-ups of role and account; each asks STS once. */
export function createIdentity(send: SendRequest, givenRole: string | undefined) {
  let known: Identity | undefined;
  const ask = async (options: SendOptions | undefined): Promise<Identity> => {
    known ??= await send<Identity>("sts", "GetCallerIdentity", {}, options);
    return known;
  };
  return {
    async account(options?: SendOptions): Promise<string> {
      return (await ask(options)).Account ?? "";
    },
    async role(options?: SendOptions): Promise<string> {
      return givenRole ?? roleOf((await ask(options)).Arn ?? "");
    },
  };
}

function roleOf(arn: string): string {
  const assumed = /^arn:([^:]+):sts::(\d+):assumed-role\/([^/]+)\//.exec(arn);
  if (assumed === null) {
    throw new InvalidInputError(
      "role",
      "the ARN of a role that SageMaker may assume",
      undefined,
      `This program runs as ${arn || "nobody known"}, which is not a role: pass \`role\` to createSession(), or set SIGHTLINE_ROLE_ARN.`,
    );
  }
  const [, partition, account, name] = assumed;
  // STS leaves the path out; the console makes SageMaker's own roles under /service-role/.
  const path = name?.startsWith("AmazonSageMaker-ExecutionRole") ? "service-role/" : "";
  return `arn:${partition}:iam::${account}:role/${path}${name}`;
}
