import { AwsError } from "../errors.js";

/** Headers of server-side encryption that an object keeps and its answers name. Nothing is encrypted here. */
export const ENCRYPTION_HEADERS = [
  "x-amz-server-side-encryption",
  "x-amz-server-side-encryption-aws-kms-key-id",
  "x-amz-server-side-encryption-bucket-key-enabled",
  "x-amz-server-side-encryption-context",
] as const;

const METHODS = ["AES256", "aws:kms", "aws:kms:dsse"];

type Headers = Readonly<Record<string, string | undefined>>;

/** The encryption headers among others, for the answer to a write. */
export function encryptionHeaders(headers: Headers): Record<string, string | undefined> {
  return Object.fromEntries(ENCRYPTION_HEADERS.map((name) => [name, headers[name]]));
}

/** Checks the encryption that a write asks for. @throws AwsError InvalidArgument */
export function checkEncryption(headers: Headers): void {
  const method = headers["x-amz-server-side-encryption"];
  if (method !== undefined && !METHODS.includes(method)) {
    throw invalid("The encryption method specified is not supported", method);
  }
  const key = headers["x-amz-server-side-encryption-aws-kms-key-id"];
  if (key !== undefined && !method?.startsWith("aws:kms")) {
    throw invalid(
      "Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms",
      method ?? "",
    );
  }
}

/** Refuses what only a write can ask for. @throws AwsError InvalidArgument */
export function refuseEncryptionOfRead(headers: Headers): void {
  const method = headers["x-amz-server-side-encryption"];
  if (method !== undefined) {
    throw invalid("x-amz-server-side-encryption header is not supported for this operation.", method);
  }
}

function invalid(message: string, value: string): AwsError {
  return new AwsError("InvalidArgument", message, 400, {
    members: { ArgumentName: "x-amz-server-side-encryption", ArgumentValue: value },
  });
}
