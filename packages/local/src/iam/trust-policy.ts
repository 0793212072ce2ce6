import { AwsError } from "../errors.js";

/** Whom a role may be assumed by: a service by its name, or whoever has an account by its number. */
export type Principal = { readonly service: string } | { readonly account: string };

interface Statement {
  readonly Effect?: unknown;
  readonly Action?: unknown;
  readonly Principal?: unknown;
}

/**
 * Checks that a text is a policy: JSON with a statement.
 *
 * @throws AwsError MalformedPolicyDocument
 */
export function checkPolicyDocument(text: string): void {
  if (statementsOf(text).length > 0) return;
  throw new AwsError("MalformedPolicyDocument", "The policy has no Statement.");
}

/**
 * Whether a role's trust policy lets somebody assume it. Conditions are taken as met: what they ask about
 * (source accounts, external ids) has no meaning on one machine.
 */
export function trusts(trustPolicy: string, principal: Principal): boolean {
  const matching = statementsOf(trustPolicy).filter(
    ({ Action, Principal }) => listOf(Action).some(isAssuming) && names(Principal, principal),
  );
  return (
    matching.some(({ Effect }) => Effect === "Allow") && !matching.some(({ Effect }) => Effect === "Deny")
  );
}

function statementsOf(text: string): readonly Statement[] {
  let policy: { readonly Statement?: unknown } | null;
  try {
    policy = JSON.parse(text);
  } catch (cause) {
    throw new AwsError("MalformedPolicyDocument", `The policy is not JSON: ${(cause as Error).message}`);
  }
  return listOf(policy?.Statement).filter((one): one is Statement => typeof one === "object" && one !== null);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value];
}

function isAssuming(action: unknown): boolean {
  return typeof action === "string" && ["sts:assumerole", "sts:*", "*"].includes(action.toLowerCase());
}

function names(given: unknown, principal: Principal): boolean {
  if (given === "*") return true;
  if (typeof given !== "object" || given === null) return false;
  const { Service, AWS } = given as { readonly Service?: unknown; readonly AWS?: unknown };
  if ("service" in principal) return listOf(Service).includes(principal.service);
  return listOf(AWS).some(
    (one) =>
      one === "*" ||
      one === principal.account ||
      (typeof one === "string" && one.startsWith(`arn:aws:iam::${principal.account}:`)),
  );
}
