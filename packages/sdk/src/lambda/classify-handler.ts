import { isTransient } from "../aws/call.js";
import { runtimeSource } from "../aws/client-sources.js";
import { checkInteger } from "../checks/numbers.js";
import { classifyImage } from "../endpoints/classify-image.js";
import { topClasses } from "../endpoints/top-classes.js";
import { AwsRequestError, InvocationError } from "../errors.js";
import { makeSession } from "../make-session.js";
import type { Session } from "../session.js";
import { answer, bodyOf, type HttpAnswer, type HttpEvent, mediaTypeOf, methodOf } from "./http-event.js";

/** How the function classifies. */
export interface ClassifyHandlerOptions {
  /** Name of the endpoint that is asked. */
  readonly endpointName: string;
  /** Class names in the order of the ids. Default: the ids themselves. */
  readonly labels?: readonly string[];
  /** Classes in the answer, the most probable first. Default 5. */
  readonly top?: number;
  /** Largest picture, in bytes. Default 4,500,000: what Lambda's 6 MB leave after base64. */
  readonly maxImageBytes?: number;
  /** Limit of the invocation, in milliseconds. Default 25,000; API Gateway gives up after 29 s. */
  readonly timeoutMs?: number;
  /** Value of Access-Control-Allow-Origin. Default: none is sent, so only pages of the same origin can call. */
  readonly allowedOrigin?: string;
  /** Default: made at the first request, from the function's environment. */
  readonly session?: Session;
  /** Told of errors that the caller sees as 5xx only. Default `console.error`, which is the function's log. */
  readonly log?: (message: string) => void;
}

/** The first bytes of what the algorithm reads. Anything else is refused before it costs an invocation. */
const signatures: readonly (readonly number[])[] = [
  [0xff, 0xd8, 0xff], // JPEG
  [0x89, 0x50, 0x4e, 0x47], // PNG
];

/** WebP says RIFF, its length, WEBP. */
const isWebp = (image: Uint8Array): boolean => {
  const text = Buffer.from(image.buffer, image.byteOffset, Math.min(image.length, 12)).toString("latin1");
  return text.startsWith("RIFF") && text.endsWith("WEBP");
};

/**
 * A Lambda function behind API Gateway or a function URL: a picture in, its classes out.
 *
 * The picture is the body, or, with the media type application/json, base64 in `{"data":"..."}`.
 *
 * Answers 200 with `{"predictions":[{classId, className, probability}]}`, 400 without a body or with JSON of another form, 405 for another
 * method than POST, 413 for a picture that is too large, 415 for what is no JPEG, PNG or WebP, 422 when the container
 * cannot read it, 429 when the endpoint is throttled, 502, 503 and 504 with a message that tells nothing of the
 * inside.
 *
 * @example
 * export const handler = createClassifyHandler({ endpointName: "drivers", labels: ["safe", "texting"] });
 */
export function createClassifyHandler(
  options: ClassifyHandlerOptions,
): (event: HttpEvent) => Promise<HttpAnswer> {
  const { endpointName, labels = [], top = 5, maxImageBytes = 4_500_000, timeoutMs = 25_000 } = options;
  checkInteger("top", top, 1, 1_000_000);
  checkInteger("maxImageBytes", maxImageBytes, 1, 25_000_000);
  const log = options.log ?? ((message: string) => console.error(message));
  const headers: Record<string, string> =
    options.allowedOrigin === undefined ? {} : { "access-control-allow-origin": options.allowedOrigin };
  const problem = (status: number, message: string, more: Record<string, string> = {}) =>
    answer(status, { error: message }, { ...headers, ...more });
  let session: Promise<Session> | undefined = options.session && Promise.resolve(options.session);

  return async (event) => {
    const method = methodOf(event);
    if (method === "OPTIONS") {
      const allow = {
        "access-control-allow-methods": "POST",
        "access-control-allow-headers": "content-type",
      };
      return answer(204, undefined, { ...headers, ...allow });
    }
    if (method !== "POST") return problem(405, "Send the picture with POST.", { allow: "POST" });
    const isJson = mediaTypeOf(event) === "application/json";
    const image = isJson ? decodeJson(bodyOf(event)) : bodyOf(event);
    if (image === undefined) {
      return problem(400, 'Send JSON of the form {"data": "..."}, with the picture as base64.');
    }
    if (image.length === 0) return problem(400, "Send a picture as the body.");
    if (image.length > maxImageBytes) {
      return problem(413, `The picture has ${image.length} bytes; at most ${maxImageBytes} are taken.`);
    }
    if (
      !signatures.some((signature) => signature.every((byte, at) => image[at] === byte)) &&
      !isWebp(image)
    ) {
      return problem(415, "Send a JPEG, PNG or WebP picture.");
    }
    try {
      session ??= makeSession({ "sagemaker-runtime": runtimeSource }, {});
      const probabilities = await classifyImage(await session, endpointName, image, { timeoutMs });
      return answer(200, { predictions: topClasses(probabilities, labels, top) }, headers);
    } catch (error) {
      if (options.session === undefined && !(error instanceof InvocationError)) session = undefined;
      log(
        `Classification failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      );
      const { status, message, retry } = tell(error);
      return problem(status, message, retry ? { "retry-after": "1" } : {});
    }
  };
}

/** The picture in `{"data":"..."}`; undefined for anything else. Node's own decoder passes over what is no base64. */
function decodeJson(body: Uint8Array): Uint8Array | undefined {
  let content: unknown;
  try {
    content = JSON.parse(Buffer.from(body).toString("utf8"));
  } catch {
    return undefined;
  }
  const data = (content as { data?: unknown } | null)?.data;
  if (typeof data !== "string" || data.length % 4 !== 0) return undefined;
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(data)) return undefined;
  return new Uint8Array(Buffer.from(data, "base64"));
}

function tell(error: unknown): { status: number; message: string; retry?: boolean } {
  if (error instanceof InvocationError) {
    const { statusCode = 500 } = error;
    return statusCode >= 400 && statusCode < 500 && statusCode !== 429
      ? { status: 422, message: "The picture could not be read." }
      : { status: 503, message: "The classifier is busy.", retry: true };
  }
  if (error instanceof AwsRequestError) {
    if (error.code === "RequestTimeout")
      return { status: 504, message: "The classifier did not answer in time." };
    if (/Throttl|TooManyRequests/.test(error.code)) {
      return { status: 429, message: "Too many requests.", retry: true };
    }
    if (isTransient(error)) return { status: 503, message: "The classifier cannot be reached.", retry: true };
  }
  return { status: 502, message: "The classifier failed." };
}
