import { readFileSync } from "node:fs";
import type { HttpAnswer } from "@sightline/sdk/lambda";

/** The files beside this one that may be asked for, by the last part of the path. */
const files: Readonly<Record<string, { readonly name: string; readonly type: string }>> = {
  "": { name: "page.html", type: "text/html; charset=utf-8" },
  "openapi.json": { name: "openapi.json", type: "application/json" },
};

const headers = {
  "cache-control": "public, max-age=300",
  // The page has one inline script and style, and talks to its own origin only.
  "content-security-policy":
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src blob:; connect-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/** Answers the page and the API's description. */
export async function handler(event: { readonly resource?: string }): Promise<HttpAnswer> {
  const file = files[(event.resource ?? "/").replace(/^\//, "")];
  if (file === undefined) return { statusCode: 404, headers: {}, body: "" };
  const body = readFileSync(new URL(file.name, import.meta.url), "utf8");
  return { statusCode: 200, headers: { ...headers, "content-type": file.type }, body };
}
