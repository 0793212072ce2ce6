import { randomUUID } from "node:crypto";
import http, { type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { Cloud } from "./cloud.js";
import { AwsError, LocalError, PortInUseError } from "./errors.js";
import { PAGE_ROOT } from "./page/layout.js";
import type { ServePage } from "./page/serve-page.js";
import { payloadTooLarge } from "./runtime/model-error.js";
import type { RuntimeService } from "./runtime/service.js";
import { s3ErrorBody } from "./s3/request.js";
import { isUnsigned, serveS3 } from "./s3/service.js";
import type { RecordStore } from "./state/record-store.js";
import { keysOf, type TemporaryKeys } from "./sts/temporary-keys.js";
import { BodyTooLargeError, gatherBody } from "./wire/gather-body.js";
import { parseTarget, type RequestTarget } from "./wire/percent-encoding.js";
import { asAwsError, sendAnswer } from "./wire/protocols/protocol.js";
import { answersCalls, claimOf, protocolOf } from "./wire/protocols/protocol-of.js";
import { serveCall } from "./wire/serve-call.js";
import type { Service } from "./wire/service.js";
import { isVersion2Url, readVersion2Url } from "./wire/sigv2-url.js";
import { type Authentication, type Credentials, readSignature, sha256Hex } from "./wire/sigv4.js";

/** Largest body that is kept in memory for a call of a control plane. */
const MAX_CONTROL_BYTES = 4 << 20;
/** Idle connections are kept longer than clients keep them, so that a client never meets a closing one. */
const KEEP_ALIVE_MS = 120_000;

/** What answers requests, by service. */
export interface Services {
  readonly cloud: Cloud;
  readonly credentials: Credentials;
  /** The keys that STS gave out. */
  readonly sessions: RecordStore<TemporaryKeys>;
  /** By the name in the credential scope. */
  readonly byScope: Readonly<Record<string, Service | undefined>>;
  readonly runtime: RuntimeService;
  readonly page: ServePage;
}

/** Makes the HTTP server; it does not listen yet. While there are no `services`, it is starting: 503. */
export function createHttpServer(services: () => Services | undefined): http.Server {
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const current = services();
    if (current === undefined) {
      response.writeHead(503, { "retry-after": "1" }).end();
      return;
    }
    serve(current, request, response).catch((error: unknown) => {
      // A client that breaks off is no fault of ours, and nobody is left to answer.
      if (request.socket.destroyed) return;
      current.cloud.logger.error(`${request.method} ${request.url}: ${describeFault(error)}`);
      // A fault that was answered leaves a connection that the client may go on using.
      if (!response.writableEnded) response.destroy();
    });
  };
  const server = http.createServer({ keepAlive: true, requestTimeout: 0, headersTimeout: 60_000 }, answer);
  // An expectation that nobody knows is passed over, as S3 does; node alone would answer 417.
  server.on("checkExpectation", answer);
  server.on("checkContinue", answer);
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  return server;
}

/** Listens on 127.0.0.1 only. Returns the port. @throws PortInUseError */
export function listen(server: http.Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(error.code === "EADDRINUSE" ? new PortInUseError(port, error) : cannotListen(port, error)),
    );
    server.listen(port, "127.0.0.1", () => resolve((server.address() as { port: number }).port));
  });
}

function cannotListen(port: number, cause: Error): LocalError {
  return new LocalError(
    `Port ${port} on 127.0.0.1 cannot be used: ${cause.message}. Choose another port, or port 0.`,
    { cause },
  );
}

async function serve(services: Services, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const requestId = randomUUID();
  response.setHeader("x-amzn-requestid", requestId);
  response.setHeader("x-amz-request-id", requestId);
  const target = parseTarget(request.url ?? "/");
  if (target.rawPath.startsWith(PAGE_ROOT)) {
    await services.page(request, response, target.rawPath);
    return;
  }
  if (isUnsigned(request)) {
    await serveObjects(services, request, response, target, undefined, requestId);
    return;
  }
  let auth: Authentication;
  try {
    const signed = { method: request.method ?? "", target, headers: request.headers };
    const read = isVersion2Url(signed) ? readVersion2Url : readSignature;
    auth = read(signed, credentialsOf(services, target, request.headers));
    if (auth.service === "s3") auth.verify("");
  } catch (error) {
    refuse(request, response, target, error, requestId);
    return;
  }
  // Whose signature does not hold has been refused without the body.
  if (request.headers.expect?.toLowerCase() === "100-continue") response.writeContinue();
  if (auth.service === "s3") {
    await serveObjects(services, request, response, target, auth, requestId);
    return;
  }
  await serveBuffered(services, request, response, target, auth, requestId);
}

async function serveObjects(
  { cloud }: Services,
  request: IncomingMessage,
  response: ServerResponse,
  target: RequestTarget,
  auth: Authentication | undefined,
  requestId: string,
): Promise<void> {
  const { store, region, account, emulator } = cloud;
  if (store !== undefined) {
    await serveS3(request, response, target, auth, requestId, { store, region, account });
    return;
  }
  const message = `The objects are in the S3 beside this server: set AWS_ENDPOINT_URL_S3 to ${emulator?.url}.`;
  refuse(request, response, target, new AwsError("NotImplemented", message, 501), requestId);
}

async function serveBuffered(
  services: Services,
  request: IncomingMessage,
  response: ServerResponse,
  target: RequestTarget,
  auth: Authentication,
  requestId: string,
): Promise<void> {
  const runtime = auth.service === "sagemaker" && target.rawPath.startsWith("/endpoints/");
  const { method = "", headers } = request;
  const protocol = protocolOf(target, headers, auth.service);
  const fail = (error: AwsError) => sendAnswer(response, protocol.writeError(error, requestId));
  let body: Buffer;
  try {
    body = await readBody(request, runtime ? services.cloud.maxPayloadBytes : MAX_CONTROL_BYTES);
    verifyBody(auth, body);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    // Whoever still sends the rest would meet a reset instead of the answer if the connection were closed.
    request.resume();
    fail(error);
    return;
  }
  if (runtime) {
    await services.runtime.serve(request, response, target, body);
    return;
  }
  const service = services.byScope[auth.service];
  if (service !== undefined && answersCalls(protocol)) {
    const call = { method, target, headers, body };
    await serveCall(service, protocol, call, response, requestId, auth.accessKeyId);
    return;
  }
  const what = service === undefined ? `the service "${auth.service}"` : `${method} ${target.rawPath}`;
  fail(new AwsError("NotImplementedException", `The local SageMaker does not implement ${what}.`, 501));
}

/** The key pair that a request must be signed with: the server's own, or that of the session it names. @throws AwsError */
function credentialsOf(
  { credentials, sessions }: Services,
  target: RequestTarget,
  headers: IncomingHttpHeaders,
): Credentials {
  const { accessKeyId = "", service } = claimOf(target, headers);
  const token =
    headers["x-amz-security-token"] ?? target.query.find(([name]) => name === "X-Amz-Security-Token")?.[1];
  const text = typeof token === "string" ? token : undefined;
  return keysOf(sessions, accessKeyId, text, service) ?? credentials;
}

/** Checks the body against the hash that was signed, and the signature. @throws AwsError */
function verifyBody(auth: Authentication, body: Buffer): void {
  const hash = sha256Hex(body);
  const { payloadHash } = auth;
  if (payloadHash !== undefined && payloadHash !== hash && /^[0-9a-f]{64}$/.test(payloadHash)) {
    const message = "The body does not have the SHA-256 that was signed.";
    throw new AwsError("InvalidSignatureException", message, 403);
  }
  auth.verify(hash);
}

async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  if (Number(request.headers["content-length"] ?? 0) > maxBytes) throw payloadTooLarge(maxBytes);
  try {
    return await gatherBody(request, maxBytes);
  } catch (error) {
    throw error instanceof BodyTooLargeError ? payloadTooLarge(maxBytes) : error;
  }
}

/** Answers a request whose signature is missing or wrong, in the form that its service would. */
function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  target: RequestTarget,
  error: unknown,
  requestId: string,
): void {
  const known = asAwsError(error);
  const { headers } = request;
  const { service } = claimOf(target, headers);
  const protocol = protocolOf(target, headers, service);
  // Whoever signs nothing and speaks no protocol of calls is a browser or a stranger at S3's door.
  const isS3 = service === "s3" || (service === undefined && !answersCalls(protocol));
  if (!isS3 || target.rawPath.startsWith("/endpoints/")) {
    sendAnswer(response, protocol.writeError(known, requestId));
    return;
  }
  const shown =
    known.code === "MissingAuthenticationToken" ? new AwsError("AccessDenied", "Access Denied", 403) : known;
  response.statusCode = shown.status;
  response.setHeader("content-type", "application/xml");
  response.end(request.method === "HEAD" ? undefined : s3ErrorBody(shown, target.rawPath, requestId));
}

function describeFault(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
