import { checkNumber } from "../checks/numbers.js";

/**
 * The target that AWS recommends: what one instance can take, times a margin for the time that a new
 * instance needs, per minute.
 * Source: SageMaker guide, "Load testing your auto scaling configuration".
 *
 * @param maxRequestsPerSecond what one instance answers in time, from a load test
 * @param safetyFactor above 0, at most 1. Default 0.5, AWS's advice to start with
 * @throws InvalidInputError for a number out of range
 * @example
 * recommendScalingTarget(200) // 6000 invocations per instance and minute
 */
export function recommendScalingTarget(maxRequestsPerSecond: number, safetyFactor = 0.5): number {
  checkNumber("maxRequestsPerSecond", maxRequestsPerSecond, 0.001, 1e6);
  checkNumber("safetyFactor", safetyFactor, 0.001, 1);
  return Math.max(1, Math.floor(maxRequestsPerSecond * safetyFactor * 60));
}
