/** Domain of the container registry, by the beginning of the region's name; the first that fits counts. */
const domains: readonly (readonly [prefix: string, domain: string])[] = [
  ["cn-", "amazonaws.com.cn"],
  ["us-isob-", "sc2s.sgov.gov"],
  ["us-isof-", "csp.hci.ic.gov"],
  ["us-iso-", "c2s.ic.gov"],
];

/** Domain of the container registry (ECR) of a region. */
export function registryDomain(region: string): string {
  return domains.find(([prefix]) => region.startsWith(prefix))?.[1] ?? "amazonaws.com";
}
