import {
  DeleteBucketCorsCommand,
  GetBucketCorsCommand,
  PutBucketCorsCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { describe, expect, test } from "vitest";
import { Bucket, useS3 } from "./s3-support.js";

const store = useS3();

const CORSRules = [
  {
    AllowedOrigins: ["https://*.example.com"],
    AllowedMethods: ["PUT", "GET"],
    AllowedHeaders: ["x-amz-*", "Content-Type"],
    ExposeHeaders: ["ETag"],
    MaxAgeSeconds: 600,
  },
];
const putCors = (rules = CORSRules) =>
  store.s3.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules: rules } }));
const ask = (url: string, headers: Record<string, string>) => fetch(url, { method: "OPTIONS", headers });
const want = (origin: string, method: string, headers = "content-type") => ({
  origin,
  "access-control-request-method": method,
  "access-control-request-headers": headers,
});

describe("pages of other origins", () => {
  test("are asked for by a rule, which is kept, given back and deleted", async () => {
    const get = () => store.s3.send(new GetBucketCorsCommand({ Bucket }));
    await expect(get()).rejects.toMatchObject({ name: "NoSuchCORSConfiguration" });
    await putCors();
    expect((await get()).CORSRules).toEqual(CORSRules);
    await store.s3.send(new DeleteBucketCorsCommand({ Bucket }));
    await expect(get()).rejects.toMatchObject({ name: "NoSuchCORSConfiguration" });
  });

  test("may PUT to a presigned URL: the preflight needs no signature, and the answer can be read", async () => {
    await putCors();
    const url = await getSignedUrl(store.s3, new PutObjectCommand({ Bucket, Key: "page" }));
    const origin = "https://app.example.com";
    const preflight = await ask(url, want(origin, "PUT", "Content-Type, x-amz-meta-a"));
    expect(preflight.status).toBe(200);
    expect(Object.fromEntries(preflight.headers)).toMatchObject({
      "access-control-allow-origin": origin,
      "access-control-allow-methods": "PUT, GET",
      "access-control-allow-headers": "content-type, x-amz-meta-a",
      "access-control-max-age": "600",
      vary: expect.stringContaining("Origin"),
    });
    const put = await fetch(url, { method: "PUT", headers: { origin }, body: "from a page" });
    expect(put.status).toBe(200);
    expect(put.headers.get("access-control-allow-origin")).toBe(origin);
    expect(put.headers.get("access-control-expose-headers")).toBe("ETag");
    const elsewhere = await fetch(url, { method: "PUT", headers: { origin: "https://other" }, body: "x" });
    expect(elsewhere.headers.get("access-control-allow-origin")).toBeNull();
  });

  test.each([
    ["another origin", want("https://example.org", "PUT"), 403, "AccessForbidden"],
    ["another method", want("https://app.example.com", "DELETE"), 403, "AccessForbidden"],
    ["another header", want("https://app.example.com", "PUT", "authorization"), 403, "AccessForbidden"],
    ["no origin", { "access-control-request-method": "PUT" }, 400, "BadRequest"],
    ["no method", { origin: "https://app.example.com" }, 400, "BadRequest"],
  ] as const)("are refused for %s", async (_what, headers, status, code) => {
    await putCors();
    const answer = await ask(`${store.local.url}/${Bucket}/x`, headers);
    expect([answer.status, await answer.text()]).toEqual([
      status,
      expect.stringContaining(`<Code>${code}</Code>`),
    ]);
  });

  test("are refused where the bucket has no rules", async () => {
    const answer = await ask(`${store.local.url}/other/x`, want("https://app.example.com", "GET"));
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain("CORS is not enabled for this bucket");
  });

  test.each([
    [{ ...CORSRules[0]!, AllowedMethods: ["PATCH"] }, "InvalidRequest"],
    [{ ...CORSRules[0]!, AllowedOrigins: ["*.a.*"] }, "InvalidRequest"],
    [{ ...CORSRules[0]!, ExposeHeaders: ["x-*"] }, "InvalidRequest"],
  ])("cannot be allowed by %j", async (rule, name) => {
    await expect(putCors([rule])).rejects.toMatchObject({ name });
  });
});

test("a form posted with a policy is refused by name, not as a stranger", async () => {
  const form = new FormData();
  form.set("key", "a");
  form.set("file", new Blob(["x"]));
  const answer = await fetch(`${store.local.url}/${Bucket}`, { method: "POST", body: form });
  expect([answer.status, answer.headers.get("content-type")]).toEqual([501, "application/xml"]);
  expect(await answer.text()).toMatch(/<Code>NotImplemented<\/Code><Message>.*presigned POST/);
});
