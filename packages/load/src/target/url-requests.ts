import { type PreparedTarget, shareBytes, type UrlTarget } from "./target.js";

/** The requests of a URL. @throws {TypeError} for a URL that is none, or has another scheme */
export function urlRequests(target: UrlTarget): PreparedTarget {
  const url = new URL(target.url);
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new TypeError(`A URL to load begins with http: or https:, not ${url.protocol}`);
  }
  const { bodies = [] } = target;
  const method = target.method ?? (bodies.length > 0 ? "POST" : "GET");
  const path = `${url.pathname}${url.search}`;
  const own = Object.entries(target.headers ?? {});
  const hasType = own.some(([name]) => name.toLowerCase() === "content-type");
  const request = (body: Uint8Array | undefined, contentType: string | undefined) => {
    const type =
      body === undefined || hasType ? [] : ["content-type", contentType ?? "application/octet-stream"];
    return { method, path, headers: ["user-agent", "sightline-load", ...type, ...own.flat()], body };
  };
  const requests = bodies.map(({ data, contentType }) => request(shareBytes(data), contentType));
  return {
    origin: url.origin,
    name: url.pathname,
    requests: requests.length > 0 ? requests : [request(undefined, undefined)],
  };
}
