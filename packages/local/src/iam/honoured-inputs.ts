import type * as Iam from "@aws-sdk/client-iam";
import type * as Sts from "@aws-sdk/client-sts";
import type { HonouredInputs } from "../wire/honoured-members.js";

/** The operations of IAM that are implemented: roles, and the policies that are kept with them. */
export type IamOperation =
  | "CreateRole"
  | "GetRole"
  | "ListRoles"
  | "DeleteRole"
  | "UpdateAssumeRolePolicy"
  | "PutRolePolicy"
  | "GetRolePolicy"
  | "ListRolePolicies"
  | "DeleteRolePolicy"
  | "AttachRolePolicy"
  | "DetachRolePolicy"
  | "ListAttachedRolePolicies"
  | "SimulatePrincipalPolicy";

const PAGE = { Marker: "done", MaxItems: "done" } as const;
const OWN_POLICY = { RoleName: "done", PolicyName: "done" } as const;
const FOREIGN_POLICY = { RoleName: "done", PolicyArn: "done" } as const;

/** What the operations of IAM honour of their inputs. */
export const HONOURED_IAM: HonouredInputs<typeof Iam, IamOperation> = {
  CreateRole: {
    Path: "done",
    RoleName: "done",
    AssumeRolePolicyDocument: "done",
    Description: "done",
    MaxSessionDuration: "done",
    // No policy is evaluated here.
    PermissionsBoundary: "kept",
    Tags: "done",
  },
  GetRole: { RoleName: "done" },
  ListRoles: { ...PAGE, PathPrefix: "done" },
  DeleteRole: { RoleName: "done" },
  UpdateAssumeRolePolicy: { RoleName: "done", PolicyDocument: "done" },
  PutRolePolicy: { ...OWN_POLICY, PolicyDocument: "done" },
  GetRolePolicy: OWN_POLICY,
  ListRolePolicies: { ...PAGE, RoleName: "done" },
  DeleteRolePolicy: OWN_POLICY,
  AttachRolePolicy: FOREIGN_POLICY,
  DetachRolePolicy: FOREIGN_POLICY,
  ListAttachedRolePolicies: { ...PAGE, RoleName: "done", PathPrefix: "done" },
  // Refused whatever it asks for.
  SimulatePrincipalPolicy: {
    PolicySourceArn: "kept",
    PolicyInputList: "kept",
    PermissionsBoundaryPolicyInputList: "kept",
    ActionNames: "kept",
    ResourceArns: "kept",
    ResourcePolicy: "kept",
    ResourceOwner: "kept",
    CallerArn: "kept",
    ContextEntries: "kept",
    ResourceHandlingOption: "kept",
    ...PAGE,
  },
};

/** The operations of STS that are implemented. */
export type StsOperation = "GetCallerIdentity" | "AssumeRole" | "GetSessionToken";

/** What the operations of STS honour of their inputs. */
export const HONOURED_STS: HonouredInputs<typeof Sts, StsOperation> = {
  GetCallerIdentity: {},
  AssumeRole: {
    RoleArn: "done",
    RoleSessionName: "done",
    DurationSeconds: "done",
    // Policies that narrow a session are kept with nobody: no policy is evaluated here.
    PolicyArns: "kept",
    Policy: "kept",
    Tags: "kept",
    TransitiveTagKeys: "kept",
    ExternalId: "kept",
    SourceIdentity: "kept",
  },
  GetSessionToken: { DurationSeconds: "done" },
};
