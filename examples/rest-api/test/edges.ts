import sharp from "sharp";

/** A request that the API must refuse. */
export interface Edge {
  readonly what: string;
  readonly status: number;
  /** The whole answer. */
  readonly body: string;
  readonly type: string;
  readonly data: string | Uint8Array;
  /** Whether the endpoint is asked: only its container can tell that a picture cannot be read. Default false. */
  readonly asks?: true;
  /** The API key. Default: the right one. */
  readonly key?: "none" | "foreign";
}

const error = (message: string) => JSON.stringify({ error: message });
/** API Gateway's own answers. */
const gateway = (message: string) => JSON.stringify({ message });

/** What is wrong with requests, and what they are answered. The README has it as a table. */
export async function edgesOf(jpeg: Buffer): Promise<readonly Edge[]> {
  const unreadable = error("The picture could not be read.");
  const form = error('Send JSON of the form {"data": "..."}, with the picture as base64.');
  const noPicture = error("Send a JPEG, PNG or WebP picture.");
  const large = Buffer.concat([jpeg, Buffer.alloc(4_500_000)]);
  const json = (content: unknown) => ({ type: "application/json", data: JSON.stringify(content) });
  return [
    {
      what: "no API key",
      status: 403,
      body: gateway("Forbidden"),
      type: "image/jpeg",
      data: jpeg,
      key: "none",
    },
    {
      what: "another's API key",
      status: 403,
      body: gateway("Forbidden"),
      type: "image/jpeg",
      data: jpeg,
      key: "foreign",
    },
    {
      what: "no body",
      status: 400,
      body: error("Send a picture as the body."),
      type: "image/jpeg",
      data: "",
    },
    {
      what: "JSON that is cut",
      status: 400,
      body: form,
      type: "application/json",
      data: "{",
    },
    {
      what: "JSON of another form",
      status: 400,
      body: form,
      ...json({ image: "AAAA" }),
    },
    {
      what: "JSON with a number",
      status: 400,
      body: form,
      ...json({ data: 12345 }),
    },
    { what: "malformed base64", status: 400, body: form, ...json({ data: "/9j/*AAA" }) },
    { what: "base64 that is cut", status: 400, body: form, ...json({ data: "/9j/A" }) },
    {
      what: "a picture above 4.5 MB",
      status: 413,
      body: error(`The picture has ${large.length} bytes; at most 4500000 are taken.`),
      type: "image/jpeg",
      data: large,
    },
    { what: "text", status: 415, body: noPicture, type: "text/plain", data: "hello, this is no picture" },
    {
      what: "a web page that says it is a picture",
      status: 415,
      body: noPicture,
      type: "image/jpeg",
      data: "<svg onload=alert(1)>",
    },
    {
      what: "no picture in JSON",
      status: 415,
      body: noPicture,
      ...json({ data: Buffer.from("GIF89a").toString("base64") }),
    },
    {
      what: "a picture that is cut",
      status: 422,
      body: unreadable,
      type: "image/jpeg",
      data: jpeg.subarray(0, 200),
      asks: true,
    },
    {
      what: "a bomb: 20,000 x 20,000 pixels",
      status: 422,
      body: unreadable,
      type: "image/png",
      data: await bomb(),
      asks: true,
    },
  ];
}

/** A PNG of 20,000 x 20,000 pixels in its header, and hardly any bytes. */
async function bomb(): Promise<Buffer> {
  const png = await sharp({ create: { width: 8, height: 8, channels: 3, background: "#fff" } })
    .png()
    .toBuffer();
  png.writeUInt32BE(20_000, 16);
  png.writeUInt32BE(20_000, 20);
  return png;
}
