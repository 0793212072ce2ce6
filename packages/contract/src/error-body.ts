/** Body of every answer of the container with a status of 400 or more. */
export interface ErrorBody {
  readonly error: {
    /** Short name for programs, such as `InvalidJob`. */
    readonly code: string;
    /** What is wrong, and what to do. */
    readonly message: string;
  };
}

/** The error in an answer, or undefined when the text is none of the container's. */
export function parseErrorBody(text: string): ErrorBody["error"] | undefined {
  let value: Partial<ErrorBody> | null;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined; // Other images answer as they like.
  }
  const { code, message } = value?.error ?? {};
  return typeof code === "string" && typeof message === "string" ? { code, message } : undefined;
}
