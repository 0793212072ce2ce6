import { type BuiltInAlgorithm, builtInAccounts } from "@sightline/contract/built-in-algorithms";
import { RegionNotOfferedError } from "../errors.js";
import { registryDomain } from "./registry-domain.js";

/** Regions of AWS that have SageMaker, but not these algorithms. */
const notOffered: readonly string[] = [
  "ap-east-2",
  "ap-southeast-5",
  "ap-southeast-6",
  "ap-southeast-7",
  "mx-central-1",
];

/**
 * The regions in which the built-in algorithms exist.
 *
 * @example
 * ```ts
 * builtInRegions().includes("eu-west-1"); // true
 * ```
 */
export function builtInRegions(): readonly string[] {
  return Object.keys(builtInAccounts);
}

/**
 * The image URI of a built-in algorithm.
 *
 * @throws RegionNotOfferedError
 * @example
 * builtInImageUri("image-classification", "eu-west-1")
 * // "685385470294.dkr.ecr.eu-west-1.amazonaws.com/image-classification:1"
 */
export function builtInImageUri(algorithm: BuiltInAlgorithm, region: string): string {
  const account = builtInAccounts[region];
  if (account === undefined) {
    const reason = notOffered.includes(region)
      ? `SageMaker does not offer ${algorithm} in ${region}.`
      : `${region} is not among the regions known to have ${algorithm}.`;
    throw new RegionNotOfferedError(
      region,
      algorithm,
      `${reason} Use another region, or your own image with containerImage().`,
    );
  }
  return `${account}.dkr.ecr.${region}.${registryDomain(region)}/${algorithm}:1`;
}
