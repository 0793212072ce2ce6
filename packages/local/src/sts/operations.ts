import type { Cloud } from "../cloud.js";

/** Makes the operations of STS. `user` is the access key that requests are signed with. */
export function createStsOperations(cloud: Cloud, user: string) {
  return {
    // An assumed role, as on a SageMaker notebook: clients take their execution role from it.
    GetCallerIdentity: () => ({
      Arn: `arn:aws:sts::${cloud.account}:assumed-role/sightline-local/${user}`,
      UserId: `AROALOCAL:${user}`,
      Account: cloud.account,
    }),
  };
}
