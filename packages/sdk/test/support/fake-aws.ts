import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createSession } from "../../src/create-session.js";
import type { Session, SessionOptions } from "../../src/session.js";
import { FakeS3 } from "./fake-s3.js";
import { findSignatureFault } from "./signature.js";

// biome-ignore lint/suspicious/noExplicitAny: what a test reads of a request is up to the test
export type Input = Record<string, any>;

/** An answer with an error in it. */
export class Refusal {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly message: string,
    readonly more: Readonly<Record<string, unknown>> = {},
  ) {}
}

export interface RawAnswer {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Answers an operation. `count` is how often it has been called before. */
export type Handler = (input: Input, count: number) => object | Refusal | undefined;

export interface Call {
  readonly operation: string;
  readonly input: Input;
}

const ACCESS_KEY = "AKIDFAKE";
export const SECRET = "fake-secret";

/** An HTTP service that speaks enough of the AWS protocols to stand under the real clients, and checks every signature. */
export class FakeAws {
  readonly s3 = new FakeS3();
  readonly calls: Call[] = [];
  readonly faults: string[] = [];
  readonly #handlers = new Map<string, Handler>();
  readonly #counts = new Map<string, number>();
  readonly #server = createServer((request, response) => {
    void this.#answer(request, response);
  });

  static async start(): Promise<FakeAws> {
    const fake = new FakeAws();
    await new Promise<void>((resolve) => fake.#server.listen(0, "127.0.0.1", resolve));
    return fake;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  session(options: SessionOptions = {}): Promise<Session> {
    return createSession({
      region: "us-east-1",
      bucket: "drivers",
      role: "arn:aws:iam::111122223333:role/sagemaker",
      endpointUrl: this.url,
      credentials: { accessKeyId: ACCESS_KEY, secretAccessKey: SECRET },
      id: "test",
      ...options,
    });
  }

  on(operation: string, handler: Handler): this {
    this.#handlers.set(operation, handler);
    return this;
  }

  handlerOf(operation: string): Handler {
    return this.#handlers.get(operation) as Handler;
  }

  /** The inputs of that operation, in order. */
  inputs(operation: string): Input[] {
    return this.calls.filter((call) => call.operation === operation).map((call) => call.input);
  }

  operations(): string[] {
    return this.calls.map((call) => call.operation);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    if (this.faults.length > 0) throw new Error(`The service saw faults:\n${this.faults.join("\n")}`);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return; // The caller hung up.
    }
    const body = Buffer.concat(chunks);
    const fault = findSignatureFault(request, body, SECRET);
    const service = /\/([^/]+)\/aws4_request/.exec(request.headers.authorization ?? "")?.[1] ?? "";
    const operation = this.#operation(service, request, body);
    if (fault !== undefined) this.faults.push(`${operation}: ${fault}`);
    const count = this.#counts.get(operation) ?? 0;
    this.#counts.set(operation, count + 1);
    const input = this.#input(service, request, body);
    this.calls.push({ operation, input });
    const handler = this.#handlers.get(operation);
    if (handler === undefined && service === "s3") {
      this.s3.handle(request, body, response);
      return;
    }
    let answer: object | Refusal;
    try {
      answer = handler?.(input, count) ?? {};
    } catch (error) {
      this.faults.push(`${operation}: ${error}`);
      answer = new Refusal(400, "HandlerFailed", String(error));
    }
    if (handler === undefined) this.faults.push(`${operation} was not expected`);
    if (answer instanceof Refusal) {
      refuse(service, response, answer);
      return;
    }
    if (service === "s3") {
      this.s3.handle(request, body, response);
      return;
    }
    if ("body" in answer && "headers" in answer) {
      const raw = answer as RawAnswer;
      response.writeHead(200, { ...raw.headers }).end(raw.body);
      return;
    }
    if (service === "sts") {
      const { Arn, Account = "111122223333" } = answer as { Arn?: string; Account?: string };
      response.end(
        `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>${Arn}</Arn><Account>${Account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
      );
      return;
    }
    response.setHeader("content-type", "application/x-amz-json-1.1").end(JSON.stringify(answer));
  }

  #operation(service: string, request: IncomingMessage, body: Buffer): string {
    const target = request.headers["x-amz-target"];
    if (typeof target === "string") return target.split(".")[1] as string;
    if (service === "s3") return this.s3.operation(request);
    if (service === "sts") return new URLSearchParams(body.toString()).get("Action") ?? "";
    return request.url?.endsWith("/async-invocations") ? "InvokeEndpointAsync" : "InvokeEndpoint";
  }

  #input(service: string, request: IncomingMessage, body: Buffer): Input {
    if (request.headers["x-amz-target"] !== undefined) return JSON.parse(body.toString() || "{}");
    return { url: request.url, headers: request.headers, body, service };
  }
}

function refuse(service: string, response: ServerResponse, { status, code, message, more }: Refusal): void {
  if (service === "s3") {
    response.writeHead(status, { "content-type": "application/xml" });
    response.end(`<Error><Code>${code}</Code><Message>${message}</Message></Error>`);
    return;
  }
  response.writeHead(status, {
    "content-type": "application/json",
    "x-amzn-errortype": code,
    "x-amzn-requestid": "request-1",
  });
  response.end(JSON.stringify({ __type: code, message, Message: message, ...more }));
}

/** How SageMaker says that something does not exist. */
export const missing = (what: string) => new Refusal(400, "ValidationException", `Could not find ${what}.`);

/** Short waits for tests. */
export const quick = { firstDelayMs: 2, mostDelayMs: 10 } as const;
