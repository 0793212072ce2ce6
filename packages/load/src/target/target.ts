/** A body that is sent. */
export interface LoadBody {
  /** Its bytes. */
  readonly data: Uint8Array;
  /** Media type. Default `application/octet-stream`. */
  readonly contentType?: string | undefined;
}

/** A real-time endpoint of SageMaker. Region, credentials and URL are found as every AWS client finds them. */
export interface EndpointTarget {
  /** Name of the endpoint. */
  readonly endpointName: string;
  /** Variant to ask, and to watch. Default: as the endpoint shares its traffic out; the first is watched. */
  readonly variantName?: string | undefined;
  /** Content type wanted in answer. Default: the container's own choice. */
  readonly accept?: string | undefined;
  /** Bodies, sent in turn. */
  readonly bodies: readonly LoadBody[];
}

/** A REST API, or any URL. */
export interface UrlTarget {
  /** `http:` or `https:`. */
  readonly url: string;
  /** Default `POST` with bodies, `GET` without. */
  readonly method?: string | undefined;
  /** Headers of every request: an API key, a token. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Bodies, sent in turn. Default: none. */
  readonly bodies?: readonly LoadBody[] | undefined;
  /** Endpoint behind it, whose instances and invocations are watched. Default: none. */
  readonly watchEndpoint?: string | undefined;
}

/** What is put under load. */
export type LoadTarget = EndpointTarget | UrlTarget;

/** A request, ready to be sent as often as wanted. */
export interface PreparedRequest {
  readonly method: string;
  readonly path: string;
  /** Names and values in turn, as undici sends them without a look. */
  readonly headers: string[];
  /** Lies in shared memory: all threads send the same bytes. */
  readonly body: Uint8Array | undefined;
}

/** A target's requests. */
export interface PreparedTarget {
  /** Scheme, host and port. */
  readonly origin: string;
  /** What it is called in tables: `/endpoints/drivers/invocations`. */
  readonly name: string;
  readonly requests: readonly PreparedRequest[];
}

/** A copy of the bytes that threads share. */
export function shareBytes(data: Uint8Array): Uint8Array {
  const shared = new Uint8Array(new SharedArrayBuffer(data.length));
  shared.set(data);
  return shared;
}
