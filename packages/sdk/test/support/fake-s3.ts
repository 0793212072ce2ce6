import { createHash, randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";

export interface StoredObject {
  readonly body: Buffer;
  readonly etag: string;
  readonly headers: Readonly<Record<string, string>>;
}

const md5 = (data: Buffer) => createHash("md5").update(data).digest();
const escapeXml = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

/** As much of S3 as the sdk uses, in memory. */
export class FakeS3 {
  readonly buckets = new Map<string, Map<string, StoredObject>>();
  readonly uploads = new Map<string, { parts: Map<number, Buffer>; headers: Record<string, string> }>();
  /** Keys of one page of a list. */
  pageSize = 1000;
  /** SSE-KMS: ETags that are no MD5. */
  opaqueEtags = false;
  /** Breaks the next downloads off after that many bytes. */
  breakAfter: number[] = [];
  owner: string | undefined;

  put(bucket: string, key: string, body: Buffer | string): void {
    const bytes = Buffer.from(body);
    this.bucket(bucket).set(key, { body: bytes, etag: this.#etag(md5(bytes).toString("hex")), headers: {} });
  }

  get(bucket: string, key: string): StoredObject | undefined {
    return this.buckets.get(bucket)?.get(key);
  }

  bucket(name: string): Map<string, StoredObject> {
    const known = this.buckets.get(name);
    if (known !== undefined) return known;
    const made = new Map<string, StoredObject>();
    this.buckets.set(name, made);
    return made;
  }

  #etag(value: string): string {
    return this.opaqueEtags ? randomUUID().replaceAll("-", "") : value;
  }

  operation(request: IncomingMessage): string {
    const url = new URL(request.url ?? "/", "http://fake");
    const isBucket = url.pathname.split("/").filter(Boolean).length < 2;
    const { method } = request;
    const has = (name: string) => url.searchParams.has(name);
    if (isBucket) {
      if (method === "HEAD") return "HeadBucket";
      if (method === "PUT") return "CreateBucket";
      if (method === "POST") return "DeleteObjects";
      return "ListObjectsV2";
    }
    if (method === "POST") return has("uploads") ? "CreateMultipartUpload" : "CompleteMultipartUpload";
    if (method === "PUT") return has("partNumber") ? "UploadPart" : "PutObject";
    if (method === "DELETE") return "AbortMultipartUpload";
    return method === "HEAD" ? "HeadObject" : "GetObject";
  }

  handle(request: IncomingMessage, body: Buffer, response: ServerResponse): void {
    const url = new URL(request.url ?? "/", "http://fake");
    const [, bucketName = "", ...rest] = url.pathname.split("/");
    const key = decodeURIComponent(rest.join("/"));
    const expected = request.headers["x-amz-expected-bucket-owner"];
    if (expected !== undefined && expected !== this.owner) {
      fail(request, response, 403, "AccessDenied");
      return;
    }
    const operation = this.operation(request);
    if (operation === "CreateBucket") {
      this.bucket(bucketName);
      response.end();
      return;
    }
    const bucket = this.buckets.get(bucketName);
    if (bucket === undefined) {
      fail(request, response, 404, "NoSuchBucket");
      return;
    }
    const kept = Object.fromEntries(
      Object.entries(request.headers).filter(([name]) =>
        /^(x-amz-meta-|content-type|x-amz-server-side)/.test(name),
      ),
    ) as Record<string, string>;
    switch (operation) {
      case "HeadBucket":
        response.end();
        return;
      case "PutObject": {
        const now = bucket.get(key)?.etag;
        const { "if-none-match": none, "if-match": match } = request.headers;
        if ((none === "*" && now !== undefined) || (match !== undefined && match !== `"${now}"`)) {
          fail(request, response, 412, "PreconditionFailed");
          return;
        }
        const etag = this.#etag(md5(body).toString("hex"));
        bucket.set(key, { body, etag, headers: kept });
        response.setHeader("etag", `"${etag}"`).end();
        return;
      }
      case "HeadObject":
      case "GetObject":
        this.#send(request, response, bucket.get(key));
        return;
      case "CreateMultipartUpload": {
        const id = randomUUID();
        this.uploads.set(id, { parts: new Map(), headers: kept });
        xml(
          response,
          `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
        );
        return;
      }
      case "UploadPart": {
        const upload = this.uploads.get(url.searchParams.get("uploadId") ?? "");
        if (upload === undefined) {
          fail(request, response, 404, "NoSuchUpload");
          return;
        }
        upload.parts.set(Number(url.searchParams.get("partNumber")), body);
        response.setHeader("etag", `"${md5(body).toString("hex")}"`).end();
        return;
      }
      case "CompleteMultipartUpload": {
        const id = url.searchParams.get("uploadId") ?? "";
        const upload = this.uploads.get(id);
        if (upload === undefined) {
          fail(request, response, 404, "NoSuchUpload");
          return;
        }
        const parts = [...upload.parts].sort(([a], [b]) => a - b).map(([, part]) => part);
        const etag = this.#etag(`${md5(Buffer.concat(parts.map(md5))).toString("hex")}-${parts.length}`);
        bucket.set(key, { body: Buffer.concat(parts), etag, headers: upload.headers });
        this.uploads.delete(id);
        xml(
          response,
          `<CompleteMultipartUploadResult><ETag>"${etag}"</ETag></CompleteMultipartUploadResult>`,
        );
        return;
      }
      case "AbortMultipartUpload":
        this.uploads.delete(url.searchParams.get("uploadId") ?? "");
        response.writeHead(204).end();
        return;
      case "DeleteObjects":
        for (const [, found] of body.toString().matchAll(/<Key>([^<]*)<\/Key>/g))
          bucket.delete(found as string);
        xml(response, "<DeleteResult></DeleteResult>");
        return;
      default:
        this.#list(url, response, bucket);
        return;
    }
  }

  #list(url: URL, response: ServerResponse, bucket: Map<string, StoredObject>): void {
    const prefix = url.searchParams.get("prefix") ?? "";
    const after = url.searchParams.get("continuation-token") ?? "";
    const keys = [...bucket.keys()].sort().filter((key) => key.startsWith(prefix) && key > after);
    const page = keys.slice(0, this.pageSize);
    const more = keys.length > page.length;
    const contents = page.map((key) => {
      const object = bucket.get(key) as StoredObject;
      return `<Contents><Key>${escapeXml(key)}</Key><Size>${object.body.length}</Size><ETag>"${object.etag}"</ETag><LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents>`;
    });
    const token = more ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : "";
    xml(
      response,
      `<ListBucketResult><IsTruncated>${more}</IsTruncated>${token}${contents.join("")}</ListBucketResult>`,
    );
  }

  #send(request: IncomingMessage, response: ServerResponse, object: StoredObject | undefined): void {
    if (object === undefined) {
      fail(request, response, 404, "NoSuchKey");
      return;
    }
    const ifMatch = request.headers["if-match"];
    if (ifMatch !== undefined && ifMatch !== `"${object.etag}"`) {
      fail(request, response, 412, "PreconditionFailed");
      return;
    }
    const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
    const body = object.body.subarray(start);
    response.writeHead(start > 0 ? 206 : 200, {
      ...object.headers,
      etag: `"${object.etag}"`,
      "content-length": body.length,
      "last-modified": new Date(0).toUTCString(),
    });
    if (request.method === "HEAD") {
      response.end();
      return;
    }
    const broken = this.breakAfter.shift();
    if (broken === undefined) response.end(body);
    else response.write(body.subarray(0, broken), () => setTimeout(() => response.socket?.destroy(), 20));
  }
}

function xml(response: ServerResponse, content: string): void {
  response
    .setHeader("content-type", "application/xml")
    .end(`<?xml version="1.0" encoding="UTF-8"?>${content}`);
}

function fail(request: IncomingMessage, response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { "content-type": "application/xml" });
  response.end(
    request.method === "HEAD" ? undefined : `<Error><Code>${code}</Code><Message>${code}</Message></Error>`,
  );
}
