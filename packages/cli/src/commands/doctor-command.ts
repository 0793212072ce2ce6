import {
  type CliIO,
  type Command,
  exitStatus,
  type OptionValues,
  valued,
} from "@sightline/foundation/command-line";
import { choiceOption, positional, textOption } from "@sightline/foundation/option-values";
import {
  NoRegionError,
  REGION_REMEDY,
  SESSION_HELP,
  SESSION_OPTIONS,
  withSession,
} from "../aws/session-options.js";
import { checkBucket, checkCredentials, checkRegion } from "../doctor/check-account.js";
import { checkImage } from "../doctor/check-image.js";
import { checkMachine } from "../doctor/check-machine.js";
import { checkQuota } from "../doctor/check-quota.js";
import { checkRole } from "../doctor/check-role.js";
import type { Finding } from "../doctor/finding.js";
import { POLICY_COMMANDS, policyFor } from "../doctor/policies.js";

const HELP = `sightline doctor: look for what is missing, each with its remedy

Usage
  sightline doctor [options]
  sightline doctor --policy COMMAND [options]

Looks at Node.js, ffmpeg, credentials, region, role and who may assume it, iam:PassRole, bucket, the quota of an instance
type and an image. It changes nothing. Exit status 1 when something that is needed is missing.

Options
  --bucket NAME        default: SIGHTLINE_BUCKET
  --role ARN           default: SIGHTLINE_ROLE_ARN, else the caller's
  --instance TYPE      whose quota is looked at (default ml.g4dn.xlarge)
  --image URI          image in Amazon ECR that is looked for (default: none)
  --policy COMMAND     print the least IAM policy for a command instead, without asking AWS anything: ${POLICY_COMMANDS.join(", ")}
  --account ID         account that the policy is for (default: any)
${SESSION_HELP}

Examples
  sightline doctor --bucket drivers --instance ml.g5.xlarge
  sightline doctor --policy train --bucket drivers --role arn:aws:iam::123456789012:role/training
`;

const MARKS = { ok: "ok     ", warning: "warning", failed: "FAILED " } as const;

/** Looks for what is missing. */
export const DOCTOR_COMMAND: Command = {
  help: HELP,
  options: {
    ...SESSION_OPTIONS,
    ...valued("bucket", "role", "instance", "image", "policy", "account"),
  },
  async run(positionals, values, io) {
    positional(positionals);
    const policy = choiceOption(values, "policy", POLICY_COMMANDS);
    if (policy !== undefined) {
      const scope = {
        region: textOption(values, "region") ?? process.env.AWS_REGION ?? "*",
        account: textOption(values, "account") ?? "*",
        bucket: textOption(values, "bucket") ?? (process.env.SIGHTLINE_BUCKET || "*"),
        role: textOption(values, "role") ?? (process.env.SIGHTLINE_ROLE_ARN || "arn:aws:iam::*:role/*"),
      };
      io.out(`${JSON.stringify(policyFor(policy, scope), undefined, 2)}\n`);
      return exitStatus.ok;
    }
    const findings: Finding[] = [];
    for await (const finding of examine(values, io)) {
      findings.push(finding);
      if (values.json === true) continue;
      const remedy = finding.remedy === undefined ? "" : `\n         do: ${finding.remedy}`;
      io.out(`${MARKS[finding.status]}  ${finding.check}: ${finding.detail}${remedy}\n`);
    }
    if (values.json === true) io.out(`${JSON.stringify(findings)}\n`);
    return findings.some(({ status }) => status === "failed") ? exitStatus.failed : exitStatus.ok;
  },
};

async function* examine(values: OptionValues, io: CliIO): AsyncGenerator<Finding> {
  yield* checkMachine();
  // Found in one go, since the session is closed behind them.
  const looked = withSession(values, io, async (session) => {
    const found: Finding[] = [];
    const { finding, caller } = await checkCredentials(session, io.signal);
    found.push(finding, await checkRegion(session));
    if (caller === undefined) return found;
    for await (const one of checkRole(session, caller, io.signal)) found.push(one);
    found.push(await checkBucket(session, io.signal));
    const instance = textOption(values, "instance") ?? "ml.g4dn.xlarge";
    for await (const one of checkQuota(session, instance, io.signal)) found.push(one);
    const image = textOption(values, "image");
    if (image !== undefined) found.push(await checkImage(image, io.signal));
    return found;
  });
  yield* await looked.catch((error: unknown): Finding[] => {
    if (!(error instanceof NoRegionError)) throw error;
    return [{ check: "region", status: "failed", detail: "none is named", remedy: REGION_REMEDY }];
  });
}
