import type { RecordStore } from "../state/record-store.js";
import type { Service } from "../wire/service.js";
import { checkPassedRole, type Role } from "./roles.js";

/** Members of SageMaker's inputs that name a role for it to assume. */
const ROLE_MEMBERS = new Set(["RoleArn", "ExecutionRoleArn"]);

/** The same service, which refuses what is to run as a role that SageMaker may not assume. */
export function passingRoles(service: Service, roles: RecordStore<Role>): Service {
  return {
    name: service.name,
    async call(operation, input, caller) {
      if (/^(Create|Update)/.test(operation)) {
        for (const arn of passedRoles(input)) checkPassedRole(roles, arn);
      }
      return service.call(operation, input, caller);
    },
  };
}

/** The roles of an input as the wire had it, wherever they are in it. */
function passedRoles(input: unknown): string[] {
  if (typeof input !== "object" || input === null) return [];
  return Object.entries(input).flatMap(([member, value]) =>
    ROLE_MEMBERS.has(member) && typeof value === "string" ? [value] : passedRoles(value),
  );
}
