import type { IAMClient } from "@aws-sdk/client-iam";
import { withoutNodeVersionWarning } from "@sightline/foundation/node-version-warning";
import type { Session } from "@sightline/sdk";
import { refusalOf } from "../aws/explain-refusal.js";
import type { Caller } from "./check-account.js";
import { type Finding, notSeen } from "./finding.js";

/** Who must be able to assume the role. */
const SERVICE = "sagemaker.amazonaws.com";

/** The role that jobs and endpoints run as: that it is there, that SageMaker may assume it, that the caller may pass it. */
export async function* checkRole(
  session: Session,
  caller: Caller,
  signal: AbortSignal,
): AsyncGenerator<Finding> {
  const check = "role";
  let role: string;
  try {
    role = await session.role({ signal });
  } catch (error) {
    if (signal.aborted) throw error;
    yield {
      check,
      status: "failed",
      detail: (error as Error).message,
      remedy: `Give --role, or set SIGHTLINE_ROLE_ARN. ${MAKE}`,
    };
    return;
  }
  const iam = await import("@aws-sdk/client-iam");
  const client = withoutNodeVersionWarning(() => new iam.IAMClient({ region: session.region }));
  try {
    yield await trustOf(role);
    yield await mayPass(client, role);
  } finally {
    client.destroy();
  }

  async function trustOf(arn: string): Promise<Finding> {
    const RoleName = arn.slice(arn.lastIndexOf("/") + 1);
    try {
      const { Role } = await client.send(new iam.GetRoleCommand({ RoleName }), { abortSignal: signal });
      const trust = decodeURIComponent(Role?.AssumeRolePolicyDocument ?? "");
      if (trustsSageMaker(trust)) return { check, status: "ok", detail: `${arn} trusts ${SERVICE}` };
      const remedy = `Let it be assumed: aws iam update-assume-role-policy --role-name ${RoleName} --policy-document '${JSON.stringify(TRUST)}'`;
      return { check, status: "failed", detail: `${arn} does not trust ${SERVICE}`, remedy };
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal?.code === "NoSuchEntityException" || refusal?.code === "NoSuchEntity")
        return { check, status: "failed", detail: `there is no role ${arn}`, remedy: MAKE };
      return notSeen(check, "iam:GetRole", error);
    }
  }

  async function mayPass(from: IAMClient, ResourceArn: string): Promise<Finding> {
    const what = "iam:PassRole";
    const who = principalOf(caller.arn);
    try {
      const { EvaluationResults = [] } = await from.send(
        new iam.SimulatePrincipalPolicyCommand({
          PolicySourceArn: who,
          ActionNames: [what],
          ResourceArns: [ResourceArn],
          ContextEntries: [
            { ContextKeyName: "iam:PassedToService", ContextKeyType: "string", ContextKeyValues: [SERVICE] },
          ],
        }),
        { abortSignal: signal },
      );
      const decision = EvaluationResults[0]?.EvalDecision ?? "unknown";
      if (decision === "allowed")
        return { check: what, status: "ok", detail: `${who} may pass ${ResourceArn}` };
      const remedy = 'Add the statement that "sightline doctor --policy train" prints.';
      return {
        check: what,
        status: "failed",
        detail: `${who} may not pass ${ResourceArn} (${decision})`,
        remedy,
      };
    } catch (error) {
      return notSeen(what, "iam:SimulatePrincipalPolicy", error);
    }
  }
}

const TRUST = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: SERVICE }, Action: "sts:AssumeRole" }],
};
const MAKE =
  "Make one with the SightlineFoundation construct (@sightline/constructs), or in the IAM console for the service SageMaker.";

/** Whether a trust policy lets SageMaker assume its role. A policy that is no JSON does not. */
export function trustsSageMaker(policy: string): boolean {
  let document: { Statement?: unknown } | null;
  try {
    document = JSON.parse(policy) as { Statement?: unknown } | null;
  } catch {
    return false;
  }
  const statements = [document?.Statement].flat() as {
    Effect?: string;
    Action?: unknown;
    Principal?: unknown;
  }[];
  return statements.some((statement) => {
    const { Effect, Action, Principal } = statement ?? {};
    const services = [(Principal as { Service?: unknown } | undefined)?.Service].flat();
    return Effect === "Allow" && [Action].flat().includes("sts:AssumeRole") && services.includes(SERVICE);
  });
}

/** The user or role whose policies hold: of a session, its role. STS leaves out the role's path. */
export function principalOf(arn: string): string {
  return arn.replace(/^(arn:[^:]+):sts::(\d+):assumed-role\/([^/]+)\/.*$/, "$1:iam::$2:role/$3");
}
