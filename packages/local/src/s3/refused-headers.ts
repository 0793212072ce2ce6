import { AwsError } from "../errors.js";

/** Canned access that is what everything here has anyway. */
const OWNERS_OWN = ["private", "bucket-owner-full-control"];

/**
 * Refuses what a header asks for and this server would silently not do: objects that were to be
 * unreadable without a key, undeletable, or everybody's.
 *
 * @throws AwsError NotImplemented, AccessControlListNotSupported
 */
export function refuseHeaders(headers: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(headers)) {
    if (!name.startsWith("x-amz-")) continue;
    if (name.includes("-server-side-encryption-customer-")) {
      throw notImplemented("encryption with customer-provided keys (SSE-C)", name);
    }
    if (
      name.startsWith("x-amz-object-lock-") ||
      (name === "x-amz-bucket-object-lock-enabled" && value !== "false")
    ) {
      throw notImplemented("Object Lock", name);
    }
    if (name.startsWith("x-amz-grant-") || (name === "x-amz-acl" && !OWNERS_OWN.includes(value ?? ""))) {
      // The answer of every AWS bucket whose owner did not turn access control lists on.
      throw new AwsError("AccessControlListNotSupported", "The bucket does not allow ACLs");
    }
  }
}

function notImplemented(what: string, header: string): AwsError {
  return new AwsError("NotImplemented", `The local S3 does not implement ${what}: ${header}.`, 501);
}
