import { randomUUID } from "node:crypto";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { Cloud } from "./cloud.js";
import { AwsError, LocalError, PortInUseError } from "./errors.js";
import type { RuntimeService } from "./runtime/service.js";
import { s3ErrorBody } from "./s3/request.js";
import { serveS3 } from "./s3/service.js";
import { serveSts } from "./sts/service.js";
import type { ModelledService } from "./wire/constraints.js";
import {
  internalFailure,
  type JsonOperations,
  sendJsonError,
  serveCbor,
  serveJson,
} from "./wire/json-service.js";
import { parseTarget, type RequestTarget } from "./wire/percent-encoding.js";
import { isVersion2Url, readVersion2Url } from "./wire/sigv2-url.js";
import { type Authentication, type Credentials, readSignature, sha256Hex } from "./wire/sigv4.js";

/** Largest body that is kept in memory for a JSON or Query request. */
const MAX_CONTROL_BYTES = 4 << 20;
/** Idle connections are kept longer than clients keep them, so that a client never meets a closing one. */
const KEEP_ALIVE_MS = 120_000;

/** What answers requests, by service. */
export interface Services {
  readonly cloud: Cloud;
  readonly credentials: Credentials;
  readonly json: Readonly<Record<ModelledService, JsonOperations>>;
  readonly runtime: RuntimeService;
}

/** Makes the HTTP server; it does not listen yet. `services` is set before the first request. */
export function createHttpServer(services: () => Services): http.Server {
  const server = http.createServer(
    { keepAlive: true, requestTimeout: 0, headersTimeout: 60_000 },
    (request, response) => {
      serve(services(), request, response).catch((error: unknown) => {
        services().cloud.logger.error(`${request.method} ${request.url}: ${describeFault(error)}`);
        // A fault that was answered leaves a connection that the client may go on using.
        if (!response.writableEnded) response.destroy();
      });
    },
  );
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
  let auth: Authentication;
  try {
    const signed = { method: request.method ?? "", target, headers: request.headers };
    const read = isVersion2Url(signed) ? readVersion2Url : readSignature;
    auth = read(signed, services.credentials);
    if (auth.service === "s3") auth.verify("");
  } catch (error) {
    refuse(request, response, target, error, requestId);
    return;
  }
  if (auth.service === "s3") {
    await serveS3(request, response, target, auth, requestId, {
      store: services.cloud.objects,
      region: services.cloud.region,
      account: services.cloud.account,
    });
    return;
  }
  await serveBuffered(services, request, response, target, auth, requestId);
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
  let body: Buffer;
  try {
    body = await readBody(request, runtime ? services.cloud.maxPayloadBytes : MAX_CONTROL_BYTES);
    const hash = sha256Hex(body);
    if (
      auth.payloadHash !== undefined &&
      auth.payloadHash !== hash &&
      /^[0-9a-f]{64}$/.test(auth.payloadHash)
    ) {
      throw new AwsError(
        "InvalidSignatureException",
        "The body does not have the SHA-256 that was signed.",
        403,
      );
    }
    auth.verify(hash);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    if (!request.complete) response.setHeader("connection", "close");
    sendJsonError(response, error);
    return;
  }
  if (runtime) {
    await services.runtime.serve(request, response, target, body);
    return;
  }
  if (auth.service === "sts") {
    serveSts(body, response, services.cloud.account, services.credentials.accessKeyId, requestId);
    return;
  }
  if (auth.service === "monitoring" && target.rawPath.startsWith("/service/")) {
    await serveCbor("cloudwatch", services.json.cloudwatch, target.rawPath, body, response);
    return;
  }
  const name = JSON_SERVICES[auth.service];
  if (name === undefined) {
    sendJsonError(
      response,
      new AwsError(
        "NotImplementedException",
        `The service "${auth.service}" is not implemented locally.`,
        501,
      ),
    );
    return;
  }
  await serveJson(name, services.json[name], String(request.headers["x-amz-target"] ?? ""), body, response);
}

/** Services by the name in the credential scope. */
const JSON_SERVICES: Readonly<Record<string, ModelledService | undefined>> = {
  sagemaker: "sagemaker",
  "application-autoscaling": "application-autoscaling",
  logs: "logs",
  monitoring: "cloudwatch",
};

async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const tooLarge = () => new AwsError("413", `HTTP content length exceeded ${maxBytes} bytes.`, 413);
  if (Number(request.headers["content-length"] ?? 0) > maxBytes) throw tooLarge();
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > maxBytes) throw tooLarge();
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** Answers a request whose signature is missing or wrong, in the form that its service would. */
function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  target: RequestTarget,
  error: unknown,
  requestId: string,
): void {
  const known = error instanceof AwsError ? error : internalFailure(error);
  if (!request.complete) response.setHeader("connection", "close");
  const json = request.headers["x-amz-target"] !== undefined || target.rawPath.startsWith("/endpoints/");
  if (json) {
    sendJsonError(response, known);
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
