import type * as Sts from "@aws-sdk/client-sts";
import type { Cloud } from "../cloud.js";
import { AwsError } from "../errors.js";
import { OWN_ROLE, type Role, roleOf } from "../iam/roles.js";
import { trusts } from "../iam/trust-policy.js";
import type { RecordStore } from "../state/record-store.js";
import type { InputOf, OutputOf } from "../wire/operation-types.js";
import { giveKeys, type TemporaryKeys } from "./temporary-keys.js";

/** Length of a session when the call does not say: an hour for AssumeRole, 12 hours for GetSessionToken. */
const ASSUMED_SECONDS = 3_600;
const SESSION_SECONDS = 43_200;

/** Makes the operations of STS. Each is told the access key that its request was signed with. */
export function createStsOperations(
  cloud: Cloud,
  roles: RecordStore<Role>,
  sessions: RecordStore<TemporaryKeys>,
) {
  // An assumed role, as on a SageMaker notebook: clients take their execution role from it.
  const callerOf = (key: string): Pick<TemporaryKeys, "arn" | "userId"> =>
    sessions.get(key) ?? {
      arn: `arn:aws:sts::${cloud.account}:assumed-role/${OWN_ROLE}/${key}`,
      userId: `AROALOCAL:${key}`,
    };
  return {
    GetCallerIdentity(_input: unknown, key: string): OutputOf<typeof Sts, "GetCallerIdentity"> {
      const { arn, userId } = callerOf(key);
      return { Arn: arn, UserId: userId, Account: cloud.account };
    },
    AssumeRole(input: InputOf<typeof Sts, "AssumeRole">, key: string): OutputOf<typeof Sts, "AssumeRole"> {
      const { RoleArn, RoleSessionName, DurationSeconds: seconds = ASSUMED_SECONDS } = input;
      const role = roleOf(roles, RoleArn);
      if (role === undefined || !trusts(role.trustPolicy, { account: cloud.account })) {
        throw new AwsError(
          "AccessDenied",
          `User: ${callerOf(key).arn} is not authorized to perform: sts:AssumeRole on resource: ${RoleArn}`,
          403,
        );
      }
      if (seconds > role.maxSessionSeconds) {
        throw new AwsError(
          "ValidationError",
          "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        );
      }
      const Arn = `arn:aws:sts::${cloud.account}:assumed-role/${role.name}/${RoleSessionName}`;
      const AssumedRoleId = `${role.id}:${RoleSessionName}`;
      return {
        Credentials: showKeys(giveKeys(sessions, { arn: Arn, userId: AssumedRoleId }, seconds)),
        AssumedRoleUser: { Arn, AssumedRoleId },
      };
    },
    GetSessionToken(
      { DurationSeconds: seconds = SESSION_SECONDS }: InputOf<typeof Sts, "GetSessionToken">,
      key: string,
    ): OutputOf<typeof Sts, "GetSessionToken"> {
      return { Credentials: showKeys(giveKeys(sessions, callerOf(key), seconds)) };
    },
  };
}

function showKeys(keys: TemporaryKeys) {
  return {
    AccessKeyId: keys.accessKeyId,
    SecretAccessKey: keys.secretAccessKey,
    SessionToken: keys.sessionToken,
    Expiration: new Date(keys.expiresMs),
  };
}
