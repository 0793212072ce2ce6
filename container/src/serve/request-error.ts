import { namedError } from "@sightline/foundation/named-error";
import { ContainerError } from "../shared/errors.js";

/** A request that is answered with an error status and a JSON message. */
export class RequestError extends namedError("RequestError", ContainerError) {
  /** HTTP status, 400 to 599. */
  readonly status: number;
  /** Short name for programs. */
  readonly code: string;

  constructor(status: number, code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
    this.code = code;
  }

  /** The same, of a part of the request: `Record 3: ...`. */
  within(part: string): RequestError {
    return new RequestError(this.status, this.code, `${part}: ${this.message}`, { cause: this.cause });
  }
}

/** 503: full, loading or stopping; the caller may try again. */
export function busy(message: string, options?: ErrorOptions): RequestError {
  return new RequestError(503, "Busy", message, options);
}
