import { RecordIOError, readRecords } from "@sightline/recordio";
import { RequestError } from "./request-error.js";

/** Most records of one body. Protects the queue of pictures from a body of many tiny ones. */
const MAX_RECORDS = 1000;

/**
 * The encoded pictures of a body of RecordIO records, in their order. Labels are left out.
 *
 * @throws RequestError 400 when it is no whole RecordIO or holds no record, 413 when it holds more than 1,000
 */
export async function picturesOf(body: Uint8Array): Promise<Uint8Array[]> {
  const pictures: Uint8Array[] = [];
  try {
    for await (const { image } of readRecords(body)) {
      pictures.push(image);
      if (pictures.length > MAX_RECORDS) {
        throw new RequestError(
          413,
          "TooManyRecords",
          `The body holds more than ${MAX_RECORDS} records, which is the limit. Send several requests.`,
        );
      }
    }
  } catch (cause) {
    if (!(cause instanceof RecordIOError)) throw cause;
    throw new RequestError(400, "InvalidRecords", `The body is no whole RecordIO: ${cause.message}`, {
      cause,
    });
  }
  if (pictures.length > 0) return pictures;
  throw new RequestError(400, "InvalidRecords", "The body holds no record.");
}
