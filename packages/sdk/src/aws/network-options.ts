/** Subnets and security groups in which containers run. */
export interface NetworkOptions {
  /** Ids, `subnet-...`; at least one. */
  readonly subnetIds: readonly string[];
  /** Ids, `sg-...`; at least one. */
  readonly securityGroupIds: readonly string[];
}

/** Network options as the API takes them. */
export function toVpcConfig(network: NetworkOptions): { Subnets: string[]; SecurityGroupIds: string[] } {
  return { Subnets: [...network.subnetIds], SecurityGroupIds: [...network.securityGroupIds] };
}
