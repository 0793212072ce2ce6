/** What a handler needs of an API Gateway event, of REST and HTTP APIs (payload 1.0 and 2.0), and of a function URL. */
export interface HttpEvent {
  readonly body?: string | null | undefined;
  readonly isBase64Encoded?: boolean | undefined;
  readonly headers?: Readonly<Record<string, string | undefined>> | null | undefined;
  readonly httpMethod?: string | undefined;
  readonly requestContext?: { readonly http?: { readonly method?: string } } | undefined;
}

/** An answer as API Gateway takes it. */
export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The method, whichever kind of event it is. */
export function methodOf(event: HttpEvent): string {
  return event.httpMethod ?? event.requestContext?.http?.method ?? "POST";
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
