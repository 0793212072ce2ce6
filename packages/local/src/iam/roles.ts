import { randomBytes } from "node:crypto";
import type { Cloud } from "../cloud.js";
import { AwsError } from "../errors.js";
import type { RecordStore } from "../state/record-store.js";
import { trusts } from "./trust-policy.js";

/** A role as it is kept. */
export interface Role {
  readonly name: string;
  readonly arn: string;
  readonly id: string;
  /** `/`, or folders between slashes. */
  readonly path: string;
  /** ms since 1970. */
  readonly created: number;
  readonly description?: string;
  /** Longest session, seconds. */
  readonly maxSessionSeconds: number;
  /** The trust policy, as JSON. */
  readonly trustPolicy: string;
  /** The policies of its own by name, as JSON. */
  readonly policies: Readonly<Record<string, string>>;
  /** ARNs of the policies that are attached to it. */
  readonly attached: readonly string[];
  readonly tags: readonly { readonly Key: string; readonly Value: string }[];
}

/** Name of the role that requests of this server's key pair come from, as on a SageMaker notebook. */
export const OWN_ROLE = "sightline-local";
/** Who runs jobs and models. */
const SAGEMAKER = "sagemaker.amazonaws.com";
/** Longest session when nobody says: an hour. */
const DEFAULT_SESSION_SECONDS = 3_600;

/** What a new role is made of. */
export type NewRole = Pick<Role, "name" | "trustPolicy"> & Partial<Role>;

/** Makes the record of a new role. */
export function newRole({ account }: Cloud, role: NewRole): Role {
  const path = role.path ?? "/";
  return {
    id: `AROA${randomBytes(9).toString("hex").slice(0, 17).toUpperCase()}`,
    created: Date.now(),
    maxSessionSeconds: DEFAULT_SESSION_SECONDS,
    policies: {},
    attached: [],
    tags: [],
    ...role,
    path,
    arn: `arn:aws:iam::${account}:role${path}${role.name}`,
  };
}

/** Opens the roles. The role that this server's own keys belong to is there from the beginning. */
export function openRoles(cloud: Cloud): RecordStore<Role> {
  const roles = cloud.records.open<Role>("roles");
  if (!roles.has(OWN_ROLE)) {
    const trustPolicy = JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { Service: SAGEMAKER, AWS: `arn:aws:iam::${cloud.account}:root` },
          Action: "sts:AssumeRole",
        },
      ],
    });
    const attached = ["arn:aws:iam::aws:policy/AmazonSageMakerFullAccess"];
    roles.set(OWN_ROLE, newRole(cloud, { name: OWN_ROLE, trustPolicy, attached }));
  }
  return roles;
}

/** The role of an ARN, if it is known here. */
export function roleOf(roles: RecordStore<Role>, arn: string): Role | undefined {
  const role = roles.get(arn.slice(arn.lastIndexOf("/") + 1));
  return role?.arn === arn ? role : undefined;
}

/**
 * Refuses a role that SageMaker may not assume. A role that is not known here passes: only its form is looked at.
 *
 * @throws AwsError ValidationException, worded as AWS words it
 */
export function checkPassedRole(roles: RecordStore<Role>, arn: string): void {
  const role = roleOf(roles, arn);
  if (role === undefined || trusts(role.trustPolicy, { service: SAGEMAKER })) return;
  throw new AwsError(
    "ValidationException",
    `Could not assume role ${arn}. Please ensure that the role exists and allows principal '${SAGEMAKER}' to assume the role.`,
  );
}
