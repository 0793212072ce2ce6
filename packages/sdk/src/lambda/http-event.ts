/** What a handler needs of an API Gateway event, of REST and HTTP APIs (payload 1.0 and 2.0), and of a function URL. */
export interface HttpEvent {
  /** The request's body, as text or base64. */
  readonly body?: string | null | undefined;
  /** Whether the body is base64. Default false. */
  readonly isBase64Encoded?: boolean | undefined;
  /** The request's headers. */
  readonly headers?: Readonly<Record<string, string | undefined>> | null | undefined;
  /** The method (payload 1.0). */
  readonly httpMethod?: string | undefined;
  /** About the request (payload 2.0). */
  readonly requestContext?:
    | {
        /** About the HTTP request. */
        readonly http?: {
          /** The method (payload 2.0). */
          readonly method?: string;
        };
      }
    | undefined;
}

/** An answer as API Gateway takes it. */
export interface HttpAnswer {
  /** HTTP status. */
  readonly statusCode: number;
  /** Headers, in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body as text. */
  readonly body: string;
}

/** The method, whichever kind of event it is. */
export function methodOf(event: HttpEvent): string {
  return event.httpMethod ?? event.requestContext?.http?.method ?? "POST";
}

/** The media type of the body, in lower case and without its parameters; empty where nothing says so. */
export function mediaTypeOf({ headers }: HttpEvent): string {
  const [, type = ""] =
    Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === "content-type") ?? [];
  return type.split(";")[0]!.trim().toLowerCase();
}

/** The body's bytes. API Gateway hands binary on as base64 if its media type is declared as binary. */
export function bodyOf(event: HttpEvent): Uint8Array {
  const body = event.body ?? "";
  return new Uint8Array(event.isBase64Encoded ? Buffer.from(body, "base64") : Buffer.from(body, "latin1"));
}

/** A JSON answer. */
export function answer(
  statusCode: number,
  content: unknown,
  headers: Readonly<Record<string, string>> = {},
): HttpAnswer {
  return {
    statusCode,
    headers: { "content-type": "application/json", ...headers },
    body: statusCode === 204 ? "" : JSON.stringify(content),
  };
}
