import { encodeImagePayload, frameRecord } from "@sightline/recordio";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { COLOUR_MANIFEST, COLOURS, layOutColourModel, paint } from "./support/colour-model.js";
import { classify, refusal, send } from "./support/invoke.js";
import { removeJob } from "./support/job-folder.js";
import { servers } from "./support/servers.js";

let root: string;
let pictures: Buffer[];
const { serve, shared } = servers(() => ({ root, env: { SIGHTLINE_WORKERS: "1" } }));

beforeAll(async () => {
  root = await layOutColourModel();
  pictures = await Promise.all(COLOURS.map((colour) => paint(colour)));
});
afterAll(() => removeJob(root));

const batch = (images: readonly Uint8Array[]): Buffer =>
  Buffer.concat(images.flatMap((image, id) => frameRecord(encodeImagePayload({ id, labels: [0] }, image))));

const RECORDS = { "content-type": "application/x-recordio" };
const LINES = { "content-type": "application/jsonlines" };

const lines = (images: readonly Uint8Array[]): Buffer =>
  Buffer.from(
    images.map((image) => `${JSON.stringify({ b64: Buffer.from(image).toString("base64") })}\n`).join(""),
  );

/** A picture whose head is good. */
const cutShort = async (): Promise<Uint8Array> => (await paint("red", "jpeg", 400, 300)).subarray(0, 700);

describe("what serve answers with", () => {
  it.each([
    ["application/json", "application/json", (row: number[]) => `${JSON.stringify(row)}\n`],
    [
      "application/jsonlines",
      "application/jsonlines",
      (row: number[]) => `${JSON.stringify({ prediction: row })}\n`,
    ],
    ["text/csv, application/json;q=0.5", "text/csv", (row: number[]) => `${row.join(",")}\n`],
  ])("is what Accept asks for: %s", async (accept, type, text) => {
    const { url } = await shared();
    const row = await classify(url, pictures[0]!);
    const response = await send(url, pictures[0]!, { accept });
    expect(response.headers.get("content-type")).toBe(type);
    expect(await response.text()).toBe(text(row));
  });

  it("is 406 when Accept names only what it cannot be", async () => {
    const { url } = await shared();
    expect(await refusal(await send(url, pictures[0]!, { accept: "image/png" }))).toEqual([
      406,
      "NotAcceptable",
    ]);
  });

  it("is what SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT says where the caller does not mind", async () => {
    const { url } = await serve({ SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT: "text/csv" });
    expect((await send(url, pictures[0]!)).headers.get("content-type")).toBe("text/csv");
    const asked = await send(url, pictures[0]!, { accept: "application/json" });
    expect(asked.headers.get("content-type")).toBe("application/json");
  });

  it("is one row for each record of a RecordIO body, in order", async () => {
    const { url } = await shared();
    const rows = await Promise.all(pictures.map((picture) => classify(url, picture)));
    const answer = (await (await send(url, batch(pictures), RECORDS)).json()) as number[][];
    expect(answer.map((row) => row.indexOf(Math.max(...row)))).toEqual([0, 1, 2]);
    for (const [i, row] of answer.entries())
      for (const [c, value] of row.entries()) expect(value).toBeCloseTo(rows[i]![c]!, 6);
    const lines = await send(url, batch(pictures), { ...RECORDS, accept: "application/jsonlines" });
    expect((await lines.text()).trim().split("\n")).toHaveLength(3);
  });

  it("is the same for JSON lines of pictures in base64 as for records", async () => {
    const { url } = await shared();
    for (const accept of ["application/json", "application/jsonlines", "text/csv"]) {
      const [fromLines, fromRecords] = await Promise.all([
        send(url, lines(pictures), { ...LINES, accept }),
        send(url, batch(pictures), { ...RECORDS, accept }),
      ]);
      expect(fromLines.status).toBe(200);
      expect(await fromLines.text()).toBe(await fromRecords.text());
    }
  });

  it("comes line by line, and breaks off behind the error of a picture that cannot be decoded", async () => {
    const { url } = await shared();
    const body = batch([...pictures, await cutShort(), ...pictures]);
    const response = await send(url, body, { ...RECORDS, accept: "application/jsonlines" });
    expect(response.status).toBe(200);
    let text = "";
    const broken = (async () => {
      for await (const piece of response.body!) text += Buffer.from(piece).toString();
    })();
    await expect(broken).rejects.toThrow();
    const answers = text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as object);
    expect(answers).toHaveLength(4);
    expect(answers.slice(0, 3).every((answer) => "prediction" in answer)).toBe(true);
    expect(answers[3]).toMatchObject({
      error: { code: "UnreadableImage", message: expect.stringMatching(/^Record 3: The image cannot/) },
    });
    // As JSON there is nothing to read before all is known, and the error has a status.
    expect(await refusal(await send(url, body, RECORDS))).toEqual([400, "UnreadableImage"]);
  });

  it("is the best classes by name where the manifest wants so many", async () => {
    const best = await layOutColourModel({ ...COLOUR_MANIFEST, topK: 2 });
    try {
      const { url } = await serve({}, best);
      const red = { classId: 0, className: "red", score: expect.closeTo(0.99991, 4) };
      const green = { classId: 1, className: "green", score: expect.closeTo(4.5394e-5, 6) };
      expect(await (await send(url, pictures[0]!)).json()).toEqual([red, green]);
      const line = await send(url, pictures[0]!, { accept: "application/jsonlines" });
      expect(await line.json()).toEqual({ prediction: [red, green] });
      const row = await send(url, pictures[0]!, { accept: "text/csv" });
      expect(await row.text()).toMatch(/^0,red,0\.9999\d*,1,green,[\d.e-]+\n$/);
    } finally {
      await removeJob(best);
    }
  });

  it.each<[string, () => Uint8Array, string]>([
    ["no JSON", () => Buffer.from("cat.jpg\n"), "Line 1 must be JSON"],
    [
      "JSON without a picture",
      () => Buffer.concat([lines(pictures), Buffer.from('{"image":"AAAA"}')]),
      "Line 4 ",
    ],
    ["no base64", () => Buffer.from('{"b64":"<svg/>"}'), "Line 1 "],
    ["an empty line", () => Buffer.concat([Buffer.from("\n"), lines(pictures)]), "Line 1 "],
    ["base64 of no picture", () => lines([pictures[0]!, Buffer.from("text")]), "Line 2: The image cannot"],
    ["too many lines", () => lines(new Array(1001).fill(pictures[0]!)), "more than 1000 lines"],
  ])("is an error for %s in place of JSON lines", async (_, body, message) => {
    const { url } = await shared();
    const response = await send(url, body(), { ...LINES, accept: "application/jsonlines" });
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(((await response.json()) as { error: { message: string } }).error.message).toContain(message);
  });

  it.each<[string, () => Uint8Array, number, string]>([
    ["no RecordIO", () => pictures[0]!, 400, "InvalidRecords"],
    ["RecordIO cut short", () => batch(pictures).subarray(0, -8), 400, "InvalidRecords"],
    ["a record that is no picture", () => batch([pictures[0]!, Buffer.from("text")]), 400, "UnreadableImage"],
    ["too many records", () => batch(new Array(1001).fill(pictures[0]!)), 413, "TooManyRecords"],
  ])("is an error for %s in place of a batch", async (_, body, status, code) => {
    const { url } = await shared();
    expect(await refusal(await send(url, body(), RECORDS))).toEqual([status, code]);
  });
});

describe("what serve tells beside its answers", () => {
  it("gives back the request's custom attributes and its id, or an id of its own", async () => {
    const { url, output, says } = await shared();
    const headers = { "x-amzn-sagemaker-custom-attributes": "trace=7", "x-request-id": "mine-1" };
    const response = await send(url, pictures[0]!, headers);
    expect(response.headers.get("x-amzn-sagemaker-custom-attributes")).toBe("trace=7");
    expect(response.headers.get("x-request-id")).toBe("mine-1");
    const failed = await send(url, Buffer.from("text"), { "x-request-id": "a\tb" });
    const own = failed.headers.get("x-request-id")!;
    expect(own).toMatch(/^[0-9a-f-]{36}$/);
    // Written when the answer has left, which the caller may see before.
    await says(new RegExp(own));
    // Every line is an object, and those about requests carry the id.
    const lines = output()
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const about = (id: string) => lines.find(({ requestId }) => requestId === id);
    expect(about("mine-1")).toMatchObject({ message: "POST invocations", status: 200 });
    expect(about(own)).toMatchObject({
      status: 400,
      problem: expect.stringContaining("The image cannot be decoded"),
    });
  });

  it("counts for Prometheus what it answered, and how it stands", async () => {
    const { url } = await serve();
    await classify(url, pictures[0]!);
    await send(url, Buffer.from("text"));
    await fetch(`${url}/nowhere/${Math.PI}`);
    const response = await fetch(`${url}/metrics`);
    expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4");
    const page = await response.text();
    const value = (name: string) => Number(new RegExp(`^sightline_${name} (\\S+)$`, "m").exec(page)?.[1]);
    expect(value('requests_total\\{route="invocations",status="200"\\}')).toBe(1);
    expect(value('requests_total\\{route="invocations",status="400"\\}')).toBe(1);
    // What callers make up becomes no time series.
    expect(value('requests_total\\{route="unknown",status="404"\\}')).toBe(1);
    expect(page).not.toContain(String(Math.PI));
    expect(value('invocation_seconds_bucket\\{le="\\+Inf"\\}')).toBe(2);
    expect(value("invocation_seconds_count")).toBe(2);
    expect(value("hosts_ready")).toBe(1);
    expect(value("hosts_replaced")).toBe(0);
    expect(value("pictures_pending")).toBe(0);
    expect(value("memory_free_bytes")).toBeGreaterThan(0);
    // Each line is a comment or a sample, as the format has it.
    for (const line of page.trim().split("\n"))
      expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{[^}]*\})? [\d.e+-]+)$/);
  });
});
