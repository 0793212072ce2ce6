// Wrong requests of every kind for the local S3 and SageMaker, from a seed: see fuzz.mjs.
import { createHash, createHmac } from "node:crypto";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const OPERATIONS = Object.keys(require("@aws-sdk/client-sagemaker"))
  .filter((name) => name.endsWith("Command"))
  .map((name) => name.slice(0, -"Command".length))
  // What starts programs is another test's: here the edge is tried.
  .filter((name) => !/^Create(Training|Processing|Transform)Job$|^CreateEndpoint$/.test(name));

/** Seeded random numbers (mulberry32). */
function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const ODD = [
  "",
  "0",
  "-1",
  "1",
  "null",
  "a",
  "%00",
  "..",
  "é😀",
  "NaN",
  "1e99",
  "9".repeat(40),
  "x".repeat(3000),
  "*",
  "<&>",
  "true",
];
const BUCKETS = ["fuzz-a", "fuzz-a", "fuzz-a", "fuzz-b", "no-such-bucket", "Bad_Name", "fuzz-a..", ""];
const KEYS = [
  "",
  "",
  "k",
  "k",
  "k",
  "multi",
  "a/b",
  "..",
  "a//b",
  "%E0%A4%A",
  "%00",
  "ü",
  "k".repeat(1100),
  "multi",
];
const QUERIES =
  `uploads uploadId partNumber versionId versions tagging cors attributes delete list-type prefix delimiter marker
  max-keys max-parts max-uploads part-number-marker key-marker upload-id-marker continuation-token start-after encoding-type
  fetch-owner location versioning policy acl response-content-type response-expires select select-type x-id`.split(
    /\s+/,
  );
const HEADERS =
  `range if-match if-none-match if-modified-since content-md5 content-encoding content-type x-amz-copy-source
  x-amz-copy-source-range x-amz-metadata-directive x-amz-tagging x-amz-storage-class x-amz-checksum-crc32 x-amz-checksum-sha256
  x-amz-checksum-xxhash64 x-amz-checksum-algorithm x-amz-checksum-type x-amz-checksum-mode x-amz-sdk-checksum-algorithm
  x-amz-trailer x-amz-decoded-content-length x-amz-object-attributes x-amz-max-parts x-amz-server-side-encryption
  x-amz-server-side-encryption-customer-key x-amz-expected-bucket-owner x-amz-meta-a origin access-control-request-method
  x-amz-mp-object-size x-amz-if-match-size`.split(/\s+/);
const VALUES = [
  ...ODD,
  "bytes=0-3",
  "bytes=5-1",
  "bytes=-0",
  "/fuzz-a/k",
  "fuzz-a/multi",
  "AAAAAA==",
  "CRC32",
  "COMPOSITE",
  "FULL_OBJECT",
  "x-amz-checksum-crc32",
  "ETag,ObjectParts",
  "a=1&b=2",
  "AES256",
  "REPLACE",
  "Sat, 28 Nov 2026 00:00:00 GMT",
  "*",
  "gzip, aws-chunked",
];
const DOCUMENTS = [
  "<Delete><Object><Key>k</Key><ETag>x</ETag></Object><Quiet>true</Quiet></Delete>",
  "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>x</ETag></Part></CompleteMultipartUpload>",
  "<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>",
  "<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>",
  "<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>",
  "<a>".repeat(5000),
  "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n",
  "ffffffff\r\nhello",
  "hello",
];

const hmac = (key, text) => createHmac("sha256", key).update(text).digest();
const sha256 = (data) => createHash("sha256").update(data).digest("hex");
export const strict = (text) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/** Signs with Signature Version 4, so that the request gets past the door. */
export function signer(port, region, env) {
  return (service, { method, path: rawPath, query, headers }, payloadHash) => {
    const amzDate = new Date().toISOString().replace(/[-:]|\.\d{3}/g, "");
    const scope = `${amzDate.slice(0, 8)}/${region}/${service}/aws4_request`;
    const signed = { host: `127.0.0.1:${port}`, "x-amz-content-sha256": payloadHash, "x-amz-date": amzDate };
    const names = Object.keys(signed).sort();
    const canonicalQuery = query
      .map(([name, value]) => [strict(name), strict(value)])
      .sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : a[1] < b[1] ? -1 : 1))
      .map((pair) => pair.join("="))
      .join("&");
    const decode = (segment) => {
      try {
        return strict(decodeURIComponent(segment));
      } catch {
        return strict(segment);
      }
    };
    const canonicalPath = rawPath.split("/").map(decode).join("/");
    const canonical = `${method}\n${canonicalPath}\n${canonicalQuery}\n${names.map((name) => `${name}:${signed[name]}\n`).join("")}\n${names.join(";")}\n${payloadHash}`;
    let key = `AWS4${env.AWS_SECRET_ACCESS_KEY}`;
    for (const part of [amzDate.slice(0, 8), region, service, "aws4_request"]) key = hmac(key, part);
    const signature = hmac(key, `AWS4-HMAC-SHA256\n${amzDate}\n${scope}\n${sha256(canonical)}`).toString(
      "hex",
    );
    const authorization = `AWS4-HMAC-SHA256 Credential=${env.AWS_ACCESS_KEY_ID}/${scope},SignedHeaders=${names.join(";")},Signature=${signature}`;
    return { ...headers, ...signed, authorization };
  };
}

/** Makes requests of a seed: `s3()`, `json()`, and `raw()`, which is no HTTP. */
export function requestsOf(seed, { port, region, env }) {
  const random = randomOf(seed);
  const sign = signer(port, region, env);
  const pick = (list) => list[Math.floor(random() * list.length)];
  const mutate = (text) => {
    let bytes = Buffer.from(text);
    for (let turn = Math.floor(random() * 4); turn > 0; turn--) {
      const at = Math.floor(random() * (bytes.length + 1));
      const kind = random();
      if (kind < 0.3 && bytes.length > 0) bytes[Math.min(at, bytes.length - 1)] = Math.floor(random() * 256);
      else if (kind < 0.5) bytes = bytes.subarray(0, at);
      else if (kind < 0.8)
        bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from(pick(ODD)), bytes.subarray(at)]);
      else bytes = Buffer.concat([bytes, bytes.subarray(at)]);
    }
    return bytes;
  };
  const anyJson = (depth) => {
    const kind = Math.floor(random() * (depth > 4 ? 4 : 6));
    if (kind === 0) return pick(ODD);
    if (kind === 1) return random() < 0.5 ? Math.floor(random() * 1e6) : -random() * 1e300;
    if (kind === 2) return random() < 0.5;
    if (kind === 3) return null;
    if (kind === 4) return Array.from({ length: Math.floor(random() * 4) }, () => anyJson(depth + 1));
    const names = [
      "EndpointName",
      "ModelName",
      "PrimaryContainer",
      "Image",
      "Tags",
      "ProductionVariants",
      "NextToken",
      "MaxResults",
      "__proto__",
    ];
    return Object.fromEntries(
      Array.from({ length: Math.floor(random() * 4) }, () => [pick(names), anyJson(depth + 1)]),
    );
  };
  const s3 = () => {
    const bucket = pick(BUCKETS);
    // Most are nearly right, so that they come past the first check.
    const few = () => Math.floor(random() ** 2 * 4);
    const query = Array.from({ length: few() }, () => [pick(QUERIES), pick(VALUES)]);
    const headers = {};
    for (let left = few(); left > 0; left--)
      headers[pick(HEADERS)] = Buffer.from(pick(VALUES)).toString("latin1");
    const method = pick(["GET", "GET", "PUT", "PUT", "PUT", "POST", "DELETE", "HEAD", "OPTIONS", "PATCH"]);
    const request = { method, path: `/${bucket}${bucket === "" ? "" : `/${pick(KEYS)}`}`, query, headers };
    const body = mutate(pick(DOCUMENTS));
    const hash = pick([
      "UNSIGNED-PAYLOAD",
      "UNSIGNED-PAYLOAD",
      sha256(body),
      sha256(body),
      "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
      "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
      "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
      sha256("x"),
    ]);
    return { ...request, headers: sign("s3", request, hash), body, breakOff: random() < 0.05 };
  };
  const json = () => {
    const operation = pick(OPERATIONS);
    const service = pick([
      "sagemaker",
      "sagemaker",
      "sagemaker",
      "monitoring",
      "logs",
      "application-autoscaling",
      "sts",
      "iam",
      "nobody",
    ]);
    const body =
      random() < 0.2
        ? Buffer.from("{}")
        : random() < 0.7
          ? Buffer.from(JSON.stringify(anyJson(0)))
          : mutate(JSON.stringify(anyJson(0)));
    // Most calls name the service that their signature is for.
    const own = {
      sagemaker: "SageMaker",
      logs: "Logs_20140328",
      "application-autoscaling": "AnyScaleFrontendService",
    }[service];
    const prefix =
      own !== undefined && random() < 0.9 ? own : pick(["SageMaker", "GraniteServiceVersion20100801", ""]);
    const headers = {
      "content-type": pick([
        "application/x-amz-json-1.1",
        "application/x-amz-json-1.1",
        "application/cbor",
        "application/x-www-form-urlencoded",
        "",
      ]),
    };
    if (random() < 0.9) headers["x-amz-target"] = `${prefix}.${operation}`;
    const rawPath = pick([
      "/",
      "/",
      "/",
      "/endpoints/e/invocations",
      "/endpoints/%00/async-invocations",
      "/service/GraniteServiceVersion20100801/operation/PutMetricData",
    ]);
    const request = { method: "POST", path: rawPath, query: [], headers };
    return { ...request, headers: sign(service, request, sha256(body)), body, breakOff: random() < 0.05 };
  };
  const raw = () => mutate("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
  const next = () => {
    const kind = random();
    if (kind < 0.55) return { name: "s3", request: s3() };
    return kind < 0.97 ? { name: "json", request: json() } : { name: "raw", bytes: raw() };
  };
  return { next };
}
