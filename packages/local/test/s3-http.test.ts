import http from "node:http";
import net from "node:net";
import { text } from "node:stream/consumers";
import {
  CopyObjectCommand,
  HeadObjectCommand,
  ListObjectsCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { describe, expect, test } from "vitest";
import { Bucket, useS3 } from "./s3-support.js";

const store = useS3();

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly continued: boolean;
}

/** Sends one request as it is, as no AWS client would. */
function send(
  url: string,
  method: string,
  headers: http.OutgoingHttpHeaders,
  pieces: readonly string[] = [],
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let continued = false;
    const request = http.request(url, { method, headers, agent: false }, (response) => {
      void text(response).then((answer) => {
        resolve({ status: response.statusCode!, text: answer, continued });
        request.destroy();
      }, reject);
    });
    request.once("error", reject).once("continue", () => {
      continued = true;
      sendBody();
    });
    // As bytes: node writes headers that leave together with a string in the string's encoding.
    const sendBody = () => {
      for (const piece of pieces) request.write(Buffer.from(piece));
      request.end();
    };
    if (headers.expect === "100-continue") request.flushHeaders();
    else sendBody();
  });
}

const putUrl = (Key: string) => getSignedUrl(store.s3, new PutObjectCommand({ Bucket, Key }));

describe("expectations", () => {
  test.each(["200", "the unexpected"])("of %s are passed over, as S3 does", async (expectation) => {
    const headers = { expect: expectation, "content-length": 2 };
    const answer = await send(await putUrl("expected"), "PUT", headers, ["ok"]);
    expect(answer.status).toBe(200);
    expect(await store.text("expected")).toBe("ok");
  });

  test("of 100-continue are met when the signature holds; else the body is not asked for", async () => {
    const headers = { expect: "100-continue", "content-length": 4 };
    expect(await send(await putUrl("continued"), "PUT", headers, ["body"])).toMatchObject({
      status: 200,
      continued: true,
    });
    expect(await store.text("continued")).toBe("body");
    const refused = await send(`${store.local.url}/${Bucket}/continued`, "PUT", headers, ["body"]);
    expect(refused).toMatchObject({ status: 403, continued: false });
  });
});

test("a body that says its length nowhere is refused, and leaves what was there", async () => {
  await store.put("measured", "before");
  const answer = await send(await putUrl("measured"), "PUT", { "transfer-encoding": "chunked" }, ["a", "b"]);
  expect(answer.status).toBe(501);
  expect(answer.text).toContain("<Code>NotImplemented</Code>");
  expect(answer.text).toContain("<Header>Transfer-Encoding</Header>");
  expect(await store.text("measured")).toBe("before");
});

/** Sends a whole request before it reads any answer, as simple clients do, then another on the same connection. */
async function sendFirst(url: string, headers: string, bodyBytes: number): Promise<string> {
  const { hostname, port, pathname, search } = new URL(url);
  const socket = net.connect(Number(port), hostname);
  const head = (more: string) =>
    `PUT ${pathname}${search} HTTP/1.1\r\nhost: ${hostname}:${port}\r\n${more}\r\n`;
  const write = (bytes: string | Buffer) =>
    new Promise<void>((resolve, reject) => {
      socket.write(bytes, (error) => (error ? reject(error) : resolve()));
    });
  await write(head(`${headers}content-length: ${bodyBytes}\r\n`));
  await write(Buffer.alloc(bodyBytes));
  await write(`${head("content-length: 5\r\nconnection: close\r\n")}after`);
  return text(socket);
}

test.each([
  ["by its headers", "x-amz-acl: public-read\r\n", "AccessControlListNotSupported"],
  ["when all of it has come", "content-md5: AAAAAAAAAAAAAAAAAAAAAA==\r\n", "BadDigest"],
])(
  "a body that is refused %s is heard out: the client reads why, and its connection goes on",
  async (...row) => {
    const [, headers, code] = row;
    const answers = await sendFirst(await putUrl("heard out"), headers, 32 << 20);
    expect(answers).toContain(`<Code>${code}</Code>`);
    expect(answers).toContain("HTTP/1.1 200 OK");
    expect(await store.text("heard out")).toBe("after");
  },
);

describe("metadata beyond US-ASCII", () => {
  const EncodedWord = `=?UTF-8?B?${Buffer.from("Röntgen 写真").toString("base64")}?=`;
  const put = async (Key: string, value: string) => {
    const url = await getSignedUrl(store.s3, new PutObjectCommand({ Bucket, Key }));
    return send(url, "PUT", { "x-amz-meta-name": value, "content-length": 1 }, ["x"]);
  };
  const nameOf = async (Key: string) =>
    (await store.s3.send(new HeadObjectCommand({ Bucket, Key }))).Metadata?.name;

  test.each([
    ["UTF-8", Buffer.from("Röntgen 写真").toString("latin1"), EncodedWord],
    ["Latin-1", "R\xf6ntgen", `=?UTF-8?B?${Buffer.from("Röntgen").toString("base64")}?=`],
    ["an encoded word", EncodedWord, EncodedWord],
    ["an encoded word that had no need of it", "=?UTF-8?Q?plain?=", "plain"],
  ])("that came as %s is given as RFC 2047 has it, also by a copy", async (_form, sent, given) => {
    expect((await put("named", sent)).status).toBe(200);
    expect(await nameOf("named")).toBe(given);
    await store.s3.send(new CopyObjectCommand({ Bucket, Key: "copied", CopySource: `${Bucket}/named` }));
    expect(await nameOf("copied")).toBe(given);
  });

  test("is measured in bytes of UTF-8: 2 KB at most", async () => {
    const sent = (count: number) => Buffer.from("ö".repeat(count)).toString("latin1");
    expect((await put("long", sent(1022))).status).toBe(200);
    expect((await put("long", sent(1023))).text).toContain("<Code>MetadataTooLarge</Code>");
  });
});

test("a listing of the first version encodes every name in it when asked to", async () => {
  const [Prefix, Delimiter] = ["möbel &/", "<+>"];
  for (const tail of ["a<+>1", "b<+>1", "c", "d"]) await store.put(`${Prefix}${tail}`, "x");
  const Marker = `${Prefix}a<+>`;
  const listing = { Bucket, Prefix, Delimiter, Marker, MaxKeys: 2, EncodingType: "url" as const };
  const encoded = encodeURIComponent("möbel &").concat("/");
  expect(await store.s3.send(new ListObjectsCommand(listing))).toMatchObject({
    EncodingType: "url",
    Prefix: encoded,
    Delimiter: "%3C%2B%3E",
    Marker: `${encoded}a%3C%2B%3E`,
    NextMarker: `${encoded}c`,
    IsTruncated: true,
    Contents: [{ Key: `${encoded}c` }],
    CommonPrefixes: [{ Prefix: `${encoded}b%3C%2B%3E` }],
  });
  const plain = await store.s3.send(new ListObjectsCommand({ ...listing, EncodingType: undefined }));
  expect(plain).toMatchObject({ Prefix, Delimiter, Marker, NextMarker: `${Prefix}c` });
});
