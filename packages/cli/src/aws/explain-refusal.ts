/** An AWS error in short: what a client without the SDK throws. */
export interface Refusal {
  /** The service's code, such as `AccessDenied`. */
  readonly code: string;
  readonly message: string;
  /** The caller may not do this. */
  readonly denied: boolean;
  /** The service, or what stands for it on this machine, does not know the operation. */
  readonly unsupported: boolean;
}

/** What an AWS client's error says; undefined for another kind of error. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (!(error instanceof Error)) return undefined;
  const { $metadata, code, statusCode } = error as {
    $metadata?: { httpStatusCode?: number };
    code?: string;
    statusCode?: number;
  };
  const isClients = $metadata !== undefined || error.name === "CredentialsProviderError";
  if (!isClients && error.name !== "AwsRequestError" && code === undefined) return undefined;
  const status = $metadata?.httpStatusCode ?? statusCode;
  const name = code ?? error.name;
  return {
    code: name,
    message: error.message,
    denied: status === 403 || /AccessDenied|NotAuthorized|Unauthorized/.test(name),
    unsupported: status === 501 || /NotImplemented|UnknownOperation|InvalidAction/.test(name),
  };
}
