import { isRecord } from "@sightline/contract/check";
import { RecordIOError, readRecords } from "@sightline/recordio";
import type { MemoryLease } from "../inference/memory-budget.js";
import { busy, RequestError } from "./request-error.js";

/** Content types of bodies that hold several pictures. */
export const BATCH_TYPES = ["application/x-recordio", "application/jsonlines"] as const;

/** One of {@link BATCH_TYPES}. */
export type BatchType = (typeof BATCH_TYPES)[number];

/** Most pictures of one body. Protects the queue of pictures from a body of many tiny ones. */
const MAX_PICTURES = 1000;

/** The encoded pictures of a body, and what one of them is called in messages. */
export interface Batch {
  readonly pictures: readonly Uint8Array[];
  /** `Record` or `Line`; counted from 0 as the records are, and from 1 as the lines of a file. */
  readonly nameOf: (index: number) => string;
}

/**
 * Takes a body of several pictures apart: RecordIO, whose labels are left out, or a line of JSON for each,
 * `{"b64": "..."}`, which is how TensorFlow Serving's REST API writes bytes.
 *
 * @param memory grows by what the pictures take beside the body
 * @throws RequestError 400 when it is not whole, or holds no picture; 413 when it holds more than 1,000; 503 when there is no
 *   memory for them
 */
export async function readBatch(body: Uint8Array, type: BatchType, memory: MemoryLease): Promise<Batch> {
  const isRecords = type === "application/x-recordio";
  const pictures = isRecords ? await recordsOf(body) : linesOf(body, memory);
  if (pictures.length === 0) {
    throw isRecords
      ? new RequestError(400, "InvalidRecords", "The body holds no record.")
      : new RequestError(400, "InvalidLines", "The body holds no line.");
  }
  return { pictures, nameOf: (index) => (isRecords ? `Record ${index}` : `Line ${index + 1}`) };
}

async function recordsOf(body: Uint8Array): Promise<Uint8Array[]> {
  const pictures: Uint8Array[] = [];
  try {
    for await (const { image } of readRecords(body)) {
      pictures.push(image);
      if (pictures.length > MAX_PICTURES) throw tooMany("TooManyRecords", "records");
    }
  } catch (cause) {
    if (!(cause instanceof RecordIOError)) throw cause;
    throw new RequestError(400, "InvalidRecords", `The body is no whole RecordIO: ${cause.message}`, {
      cause,
    });
  }
  return pictures;
}

function linesOf(body: Uint8Array, memory: MemoryLease): Uint8Array[] {
  // The text, and the bytes that it stands for.
  if (!memory.grow(body.byteLength * 2))
    throw busy("No memory is left for another picture; try again in a moment.");
  const lines = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("latin1").split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  if (lines.length > MAX_PICTURES) throw tooMany("TooManyLines", "lines");
  return lines.map((line, i) => {
    const text = pictureText(line);
    if (text === undefined) {
      throw new RequestError(
        400,
        "InvalidLines",
        `Line ${i + 1} must be JSON such as {"b64": "..."}, with an encoded picture in base64.`,
      );
    }
    return Buffer.from(text, "base64");
  });
}

/** The base64 of a line; undefined where it is none. */
function pictureText(line: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const text = isRecord(value) && Object.keys(value).length === 1 ? value.b64 : undefined;
  // What Buffer does not know it leaves out without a word.
  return typeof text === "string" && /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? text : undefined;
}

function tooMany(code: string, what: string): RequestError {
  return new RequestError(
    413,
    code,
    `The body holds more than ${MAX_PICTURES} ${what}, which is the limit. Send several requests.`,
  );
}
