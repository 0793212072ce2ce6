import { SdkError } from "../errors.js";
import { listFiles } from "../s3/list-files.js";
import { readObject } from "../s3/read-object.js";
import type { S3RequestOptions } from "../s3/s3-object.js";
import type { Session } from "../session.js";

/** A captured request or answer. */
export interface CapturedMessage {
  /** Media type that was seen, for example `application/x-image`. */
  readonly contentType: string;
  /** The bytes, as they were sent. */
  readonly body: Uint8Array;
  /** The body as UTF-8. */
  text(): string;
  /**
   * The body as JSON.
   *
   * @throws SyntaxError
   */
  json<T = unknown>(): T;
}

/** A captured invocation. */
export interface CapturedInvocation {
  /** Endpoint that was asked. */
  readonly endpointName: string;
  /** Variant that answered. */
  readonly variantName: string;
  /** SageMaker's own id of the capture. */
  readonly eventId: string;
  /** The caller's `inferenceId`, or undefined. */
  readonly inferenceId: string | undefined;
  /** When it was asked, to the second. */
  readonly time: Date;
  /** What was asked; undefined where the endpoint captures answers only. */
  readonly input: CapturedMessage | undefined;
  /** What was answered; undefined where the endpoint captures requests only. */
  readonly output: CapturedMessage | undefined;
  /** The object that holds it. */
  readonly uri: string;
}

/** Which captured invocations are read. */
export interface ReadCapturedDataOptions extends S3RequestOptions {
  /** Of this endpoint only. Default: of all that capture to the place. */
  readonly endpoint?: string;
  /** Of this variant only; with `endpoint`. Default: all. */
  readonly variant?: string;
  /** Not before this instant. Default: from the first. */
  readonly since?: Date;
  /** Before this instant. Default: to the last. */
  readonly until?: Date;
}

/** What a line of an object holds. Source: "Data capture" of the SageMaker guide. */
interface Line {
  readonly captureData: { readonly endpointInput?: CapturedSide; readonly endpointOutput?: CapturedSide };
  readonly eventMetadata: {
    readonly eventId: string;
    readonly inferenceId?: string;
    readonly inferenceTime: string;
  };
}

interface CapturedSide {
  readonly observedContentType: string;
  readonly data: string;
  readonly encoding: "CSV" | "JSON" | "BASE64";
}

const HOUR_MS = 3_600_000;

/**
 * Reads what endpoints have captured, by endpoint and variant and in the order of time, an object at a time.
 *
 * @param place the `uri` of `dataCapture`
 * @throws SdkError for an object that is no captured data, or larger than 64 MiB
 * @example
 * ```ts
 * for await (const { time, input, output } of readCapturedData(session, "s3://drivers/captured/")) {
 *   console.log(time, input?.body.length, output?.json<number[]>()); // 2026-11-28T10:30:00.000Z 20314 [0.97, 0.03]
 * }
 * ```
 */
export async function* readCapturedData(
  session: Session,
  place: string,
  options: ReadCapturedDataOptions = {},
): AsyncGenerator<CapturedInvocation, void, undefined> {
  const { endpoint, variant, since, until, ...request } = options;
  const from = since?.getTime() ?? Number.NEGATIVE_INFINITY;
  const to = until?.getTime() ?? Number.POSITIVE_INFINITY;
  const below = [endpoint, ...(endpoint === undefined || variant === undefined ? [] : [variant])];
  const folder = [place.replace(/\/+$/, ""), ...below.filter((part) => part !== undefined), ""].join("/");
  for await (const { uri, key } of listFiles(session, folder, request)) {
    const [, endpointName, variantName, year, month, day, hour] =
      /([^/]+)\/([^/]+)\/(\d{4})\/(\d\d)\/(\d\d)\/(\d\d)\/[^/]+\.jsonl$/.exec(key) ?? [];
    if (endpointName === undefined || variantName === undefined) continue;
    const begin = Date.parse(`${year}-${month}-${day}T${hour}:00:00Z`);
    if (begin + HOUR_MS <= from || begin >= to) continue;
    const text = new TextDecoder().decode(await readObject(session, uri, request));
    for (const [index, line] of text.split("\n").entries()) {
      if (line.trim() === "") continue;
      const found = readLine(line, `${uri}, line ${index + 1}`);
      const time = found.time.getTime();
      if (time >= from && time < to) yield { endpointName, variantName, ...found, uri };
    }
  }
}

function readLine(text: string, where: string) {
  try {
    const { captureData, eventMetadata } = JSON.parse(text) as Line;
    return {
      eventId: eventMetadata.eventId,
      inferenceId: eventMetadata.inferenceId,
      time: new Date(eventMetadata.inferenceTime),
      input: toMessage(captureData.endpointInput),
      output: toMessage(captureData.endpointOutput),
    };
  } catch (cause) {
    throw new SdkError(
      `${where} is no captured data: ${(cause as Error).message}. Give the place of the capture alone.`,
      {
        cause,
      },
    );
  }
}

function toMessage(side: CapturedSide | undefined): CapturedMessage | undefined {
  if (side === undefined) return undefined;
  const body = new Uint8Array(Buffer.from(side.data, side.encoding === "BASE64" ? "base64" : "utf8"));
  const text = () => new TextDecoder().decode(body);
  return { contentType: side.observedContentType, body, text, json: <T>() => JSON.parse(text()) as T };
}
