import { InvalidInputError } from "../errors.js";

/** SageMaker's pattern for jobs, models, endpoints and endpoint configurations: at most 63 characters. */
const resourceName = /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/;

/** Checks the name of a job, model, endpoint or endpoint configuration. */
export function checkResourceName(field: string, value: string): void {
  if (resourceName.test(value)) return;
  throw new InvalidInputError(
    field,
    "1 to 63 letters, digits and single hyphens between them",
    value,
    "Replace dots, blanks and underscores by hyphens.",
  );
}

/** Channel names become folder names in the container. */
export function checkChannelName(value: string): void {
  if (/^[A-Za-z0-9.\-_]{1,64}$/.test(value)) return;
  throw new InvalidInputError(
    `channels.${value}`,
    "named with 1 to 64 letters, digits, dots, hyphens and underscores",
    value,
    "Rename the channel.",
  );
}

/** S3's rules for bucket names that also hold for SageMaker. */
export function checkBucketName(field: string, value: string): void {
  if (/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(value) && !/\.\.|^\d+\.\d+\.\d+\.\d+$/.test(value)) return;
  throw new InvalidInputError(
    field,
    "a bucket name of 3 to 63 lower-case letters, digits, dots and hyphens",
    value,
    "Give the name alone, without s3:// and without a folder.",
  );
}

/** `ml.<family>.<size>`. Which types exist differs by region, so only the form is checked. */
export function checkInstanceType(field: string, value: string): void {
  if (/^ml\.[a-z][a-z0-9-]*\.[a-z0-9-]+$/.test(value)) return;
  throw new InvalidInputError(
    field,
    "a SageMaker instance type such as ml.m5.xlarge",
    value,
    "EC2 names need the prefix `ml.`.",
  );
}

/** An image URI as SageMaker takes it. */
export function checkImageUri(field: string, value: string): void {
  if (value.length > 0 && value.length <= 255 && !/\s/.test(value)) return;
  throw new InvalidInputError(
    field,
    "an image URI of 1 to 255 characters without blanks",
    value,
    "For example 123456789012.dkr.ecr.us-east-1.amazonaws.com/sightline:1.",
  );
}

/** AWS's limits on tags: 50 in all, of which ten are left for our own. */
export function checkTags(field: string, tags: Readonly<Record<string, string>>): void {
  const entries = Object.entries(tags);
  if (entries.length > 40) {
    throw new InvalidInputError(field, "at most 40 tags", entries.length, "Leave some out.");
  }
  const allowed = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
  for (const [key, value] of entries) {
    if (key.length < 1 || key.length > 128 || !allowed.test(key) || /^aws:/i.test(key)) {
      throw new InvalidInputError(
        `${field} key`,
        "1 to 128 letters, digits, blanks and _.:/=+-@, not starting with aws:",
        key,
        "Rename the tag.",
      );
    }
    if (value.length > 256 || !allowed.test(value)) {
      throw new InvalidInputError(
        `${field}.${key}`,
        "at most 256 letters, digits, blanks and _.:/=+-@",
        value,
        "Shorten the value.",
      );
    }
  }
}
