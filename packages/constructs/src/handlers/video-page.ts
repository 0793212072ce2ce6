import { readFileSync } from "node:fs";
import type { HttpAnswer } from "@sightline/sdk/lambda";

const { CLIENT_ID = "", COGNITO_URL = "", BUCKET_URL = "", AWS_ENDPOINT_URL: emulator } = process.env;
/** Where the page signs in and where its videos lie; with an emulator both are there. */
const cognitoUrl = emulator ?? COGNITO_URL;
const bucketUrl = emulator ?? BUCKET_URL;

const policy = {
  "default-src": "'none'",
  "script-src": "'unsafe-inline'",
  "style-src": "'unsafe-inline'",
  "media-src": bucketUrl,
  "connect-src": `'self' ${bucketUrl} ${cognitoUrl}`,
  "form-action": "'none'",
  "frame-ancestors": "'none'",
  "base-uri": "'none'",
};

const headers = {
  "cache-control": "no-cache",
  "content-security-policy": Object.entries(policy)
    .map(([name, value]) => `${name} ${value}`)
    .join("; "),
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/** Answers the page, and what it needs to know to sign somebody in. */
export async function handler(event: { readonly resource?: string }): Promise<HttpAnswer> {
  if (event.resource === "/config.json") {
    const body = JSON.stringify({ clientId: CLIENT_ID, cognitoUrl });
    return { statusCode: 200, headers: { ...headers, "content-type": "application/json" }, body };
  }
  const body = readFileSync(new URL("page.html", import.meta.url), "utf8");
  return { statusCode: 200, headers: { ...headers, "content-type": "text/html; charset=utf-8" }, body };
}
