import type * as Iam from "@aws-sdk/client-iam";
import type { Cloud } from "../cloud.js";
import { AwsError } from "../errors.js";
import type { RecordStore } from "../state/record-store.js";
import type { InputOf, Operations } from "../wire/operation-types.js";
import { pageOf } from "../wire/page.js";
import { encodeStrict } from "../wire/percent-encoding.js";
import type { IamOperation } from "./honoured-inputs.js";
import { newRole, type Role } from "./roles.js";
import { checkPolicyDocument } from "./trust-policy.js";

/** Things of one page, when the caller does not say. */
const DEFAULT_PAGE = 100;

/** Makes the operations of IAM. */
export function createIamOperations(
  cloud: Cloud,
  roles: RecordStore<Role>,
): Operations<typeof Iam, IamOperation> {
  const find = (name: string): Role => {
    const role = roles.get(name);
    if (role !== undefined) return role;
    throw noSuchEntity(`The role with name ${name} cannot be found.`);
  };
  const ownPolicy = ({ RoleName, PolicyName }: InputOf<typeof Iam, "GetRolePolicy">) => {
    const role = find(RoleName);
    const document = role.policies[PolicyName];
    if (document !== undefined) return { role, document };
    throw noSuchEntity(`The role policy with name ${PolicyName} cannot be found.`);
  };
  return {
    CreateRole(input) {
      const { RoleName: name, AssumeRolePolicyDocument: trustPolicy } = input;
      if (roles.has(name)) {
        throw new AwsError("EntityAlreadyExists", `Role with name ${name} already exists.`, 409);
      }
      checkPolicyDocument(trustPolicy);
      const role = newRole(cloud, {
        name,
        trustPolicy,
        ...(input.Path === undefined ? {} : { path: input.Path }),
        ...(input.Description === undefined ? {} : { description: input.Description }),
        ...(input.MaxSessionDuration === undefined ? {} : { maxSessionSeconds: input.MaxSessionDuration }),
        ...(input.Tags === undefined ? {} : { tags: input.Tags }),
      });
      roles.set(name, role);
      return { Role: showRole(role) };
    },
    GetRole: ({ RoleName }) => ({ Role: showRole(find(RoleName)) }),
    ListRoles({ PathPrefix = "/", ...query }) {
      const found = roles.all().filter(({ path }) => path.startsWith(PathPrefix));
      const { items, more } = page(found, query);
      return { Roles: items.map(showRole), ...more };
    },
    DeleteRole({ RoleName }) {
      const { policies, attached } = find(RoleName);
      if (Object.keys(policies).length + attached.length > 0) {
        const what = attached.length > 0 ? "must detach all policies" : "must delete policies";
        throw new AwsError("DeleteConflict", `Cannot delete entity, ${what} first.`, 409);
      }
      roles.delete(RoleName);
      return {};
    },
    UpdateAssumeRolePolicy({ RoleName, PolicyDocument }) {
      find(RoleName);
      checkPolicyDocument(PolicyDocument);
      roles.update(RoleName, { trustPolicy: PolicyDocument });
      return {};
    },
    PutRolePolicy({ RoleName, PolicyName, PolicyDocument }) {
      const { policies } = find(RoleName);
      checkPolicyDocument(PolicyDocument);
      roles.update(RoleName, { policies: { ...policies, [PolicyName]: PolicyDocument } });
      return {};
    },
    GetRolePolicy(input) {
      const { document } = ownPolicy(input);
      const { RoleName, PolicyName } = input;
      return { RoleName, PolicyName, PolicyDocument: encodeStrict(document) };
    },
    ListRolePolicies({ RoleName, ...query }) {
      const { items, more } = page(Object.keys(find(RoleName).policies), query);
      return { PolicyNames: items, ...more };
    },
    DeleteRolePolicy(input) {
      const { [input.PolicyName]: _deleted, ...policies } = ownPolicy(input).role.policies;
      roles.update(input.RoleName, { policies });
      return {};
    },
    AttachRolePolicy({ RoleName, PolicyArn }) {
      const { attached } = find(RoleName);
      if (!attached.includes(PolicyArn)) roles.update(RoleName, { attached: [...attached, PolicyArn] });
      return {};
    },
    DetachRolePolicy({ RoleName, PolicyArn }) {
      const { attached } = find(RoleName);
      if (!attached.includes(PolicyArn)) throw noSuchEntity(`Policy ${PolicyArn} was not found.`);
      roles.update(RoleName, { attached: attached.filter((one) => one !== PolicyArn) });
      return {};
    },
    ListAttachedRolePolicies({ RoleName, PathPrefix = "/", ...query }) {
      const { items, more } = page(
        find(RoleName).attached.map((PolicyArn) => {
          const resource = PolicyArn.slice(PolicyArn.indexOf(":policy/") + ":policy".length);
          const end = resource.lastIndexOf("/") + 1;
          return { PolicyArn, PolicyName: resource.slice(end), path: resource.slice(0, end) };
        }),
        query,
      );
      const shown = items.filter(({ path }) => path.startsWith(PathPrefix));
      return {
        AttachedPolicies: shown.map(({ PolicyArn, PolicyName }) => ({ PolicyArn, PolicyName })),
        ...more,
      };
    },
    // Clients that try a role's policies before they use it go on only where they may not.
    SimulatePrincipalPolicy({ PolicySourceArn }) {
      throw new AwsError(
        "AccessDenied",
        `Policies are kept here, not evaluated: nobody is authorized to perform iam:SimulatePrincipalPolicy on ${PolicySourceArn}.`,
        403,
      );
    },
  };
}

/** A role as IAM's answers name it; policies travel in percent encoding. */
function showRole(role: Role) {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: role.arn,
    CreateDate: new Date(role.created),
    AssumeRolePolicyDocument: encodeStrict(role.trustPolicy),
    Description: role.description,
    MaxSessionDuration: role.maxSessionSeconds,
    Tags: role.tags.length === 0 ? undefined : role.tags,
  };
}

function page<Item>(all: readonly Item[], query: { readonly Marker?: string; readonly MaxItems?: number }) {
  const size = query.MaxItems ?? DEFAULT_PAGE;
  const { page: items, nextToken } = pageOf(all, query.Marker, size, "ValidationError");
  return { items, more: { IsTruncated: nextToken !== undefined, Marker: nextToken } };
}

function noSuchEntity(message: string): AwsError {
  return new AwsError("NoSuchEntity", message, 404);
}
