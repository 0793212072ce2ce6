import { createHmac } from "node:crypto";

/** A key lasts a day, and deriving it takes as long as the rest of a signature. */
const MOST_SIGNING_KEYS = 100;
const signingKeys = new Map<string, Buffer>();

/** The key that signs a day's requests to a service: Signature Version 4, "Derive a signing key". */
export function signingKeyOf(secret: string, date: string, region: string, service: string): Buffer {
  const id = `${secret}/${date}/${region}/${service}`;
  const known = signingKeys.get(id);
  if (known !== undefined) return known;
  const key = hmac(hmac(hmac(hmac(`AWS4${secret}`, date), region), service), "aws4_request");
  if (signingKeys.size === MOST_SIGNING_KEYS) signingKeys.clear();
  signingKeys.set(id, key);
  return key;
}

/** HMAC-SHA256. */
export function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
