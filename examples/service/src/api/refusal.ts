import { namedError } from "@sightline/foundation/named-error";
import { AwsRequestError, InvocationError } from "@sightline/sdk";
import { LimitError, UnreadableVideoError } from "@sightline/video-markup";

/** A request that is refused: what its sender is told. */
export class Refusal extends namedError("Refusal", Error) {
  constructor(
    /** HTTP status. */
    readonly statusCode: number,
    message: string,
    /** Whether the same request may succeed in a moment. */
    readonly again = false,
  ) {
    super(message);
  }
}

/** The sender closed the connection: nobody waits for the work any more. */
export class ClientGone extends namedError("ClientGone", Error) {}

/** The service ends, and the time for what was begun is over. */
export class ServiceStops extends namedError("ServiceStops", Error) {}

/** What a sender is told of an error; `undefined` for a fault of ours, which is logged and told as 500. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof Refusal) return error;
  if (error instanceof ServiceStops) return new Refusal(503, "The service stops; send it again.", true);
  if (error instanceof UnreadableVideoError)
    return new Refusal(422, "The body could not be read as a video.");
  if (error instanceof LimitError) {
    return new Refusal(413, "The video is longer, or its frames are larger, than this service takes.");
  }
  if (error instanceof InvocationError) {
    const { statusCode = 500 } = error;
    return statusCode >= 400 && statusCode < 500 && statusCode !== 429
      ? new Refusal(422, "The picture could not be read.")
      : new Refusal(503, "The classifier is busy.", true);
  }
  if (error instanceof AwsRequestError) {
    if (error.code === "RequestTimeout") return new Refusal(504, "The classifier did not answer in time.");
    const { statusCode = 503 } = error;
    if (statusCode === 429 || statusCode >= 500 || /Throttl/.test(error.code)) {
      return new Refusal(503, "The classifier cannot be reached.", true);
    }
    return new Refusal(502, "The classifier failed.");
  }
  // Fastify's own, such as a content type that no route takes.
  const { statusCode, message } = error as { statusCode?: number; message?: string };
  if (statusCode !== undefined && statusCode < 500) return new Refusal(statusCode, message ?? "Refused.");
  return undefined;
}
