import { createHash, createHmac } from "node:crypto";
import type { IncomingMessage } from "node:http";

const sha256 = (data: string | Buffer) => createHash("sha256").update(data).digest("hex");
const hmac = (key: string | Buffer, data: string) => createHmac("sha256", key).update(data).digest();
const encode = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

/**
 * Signature Version 4, computed again from the request as it arrived (AWS General Reference, "Create a
 * signed request"). Returns what is wrong, or undefined.
 */
export function findSignatureFault(
  request: IncomingMessage,
  body: Buffer,
  secret: string,
): string | undefined {
  const header = request.headers.authorization ?? "";
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
      header,
    );
  if (match === null) return `no signature: ${header}`;
  const [, , date, region, service, signedHeaders, signature] = match as unknown as string[];
  const url = new URL(request.url ?? "/", "http://fake");
  const path = service === "s3" ? url.pathname : url.pathname.split("/").map(encode).join("/");
  const query = [...url.searchParams]
    .map(([key, value]) => `${encode(key)}=${encode(value)}`)
    .sort()
    .join("&");
  const headers = (signedHeaders as string)
    .split(";")
    .map((name) => `${name}:${String(request.headers[name] ?? "").trim()}\n`)
    .join("");
  const announced = request.headers["x-amz-content-sha256"];
  if (typeof announced === "string" && /^[0-9a-f]{64}$/.test(announced) && announced !== sha256(body)) {
    return "the body is not what was signed";
  }
  const payload = typeof announced === "string" ? announced : sha256(body);
  const canonical = [request.method, path, query, headers, signedHeaders, payload].join("\n");
  const scope = `${date}/${region}/${service}/aws4_request`;
  const toSign = ["AWS4-HMAC-SHA256", request.headers["x-amz-date"], scope, sha256(canonical)].join("\n");
  const key = hmac(
    hmac(hmac(hmac(`AWS4${secret}`, date as string), region as string), service as string),
    "aws4_request",
  );
  return createHmac("sha256", key).update(toSign).digest("hex") === signature
    ? undefined
    : "the signature is wrong";
}
