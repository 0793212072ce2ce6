import type { InvokeEndpointCommandInput, SageMakerRuntimeClient } from "@aws-sdk/client-sagemaker-runtime";
import { withoutNodeVersionWarning } from "@sightline/foundation/node-version-warning";
import { TargetError } from "../errors.js";
import { type EndpointTarget, type PreparedRequest, type PreparedTarget, shareBytes } from "./target.js";

/** A request as the AWS client hands it to its HTTP handler, signed. */
interface SignedRequest {
  readonly method: string;
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * A signature holds for five minutes (SigV4), so that one made a minute ago serves as well as one made now: signing
 * each request anew would cost more than sending it.
 */
export const SIGN_EVERY_MS = 60_000;

/** Signs an endpoint's requests: as the AWS client would send them, and without sending them. */
export class EndpointSigner {
  readonly #client: SageMakerRuntimeClient;
  readonly #send: (input: InvokeEndpointCommandInput) => Promise<unknown>;
  readonly #target: EndpointTarget;
  readonly #bodies: readonly Uint8Array[];

  private constructor(
    target: EndpointTarget,
    client: SageMakerRuntimeClient,
    send: (input: InvokeEndpointCommandInput) => Promise<unknown>,
  ) {
    this.#target = target;
    this.#client = client;
    this.#send = send;
    this.#bodies = target.bodies.map(({ data }) => shareBytes(data));
    // Behind the signing step of the client's stack, in place of what would send and read the answer.
    client.middlewareStack.add(
      () => async (sent) => ({
        output: { $metadata: {}, signed: sent.request } as never,
        response: undefined,
      }),
      { step: "deserialize", name: "sightlineKeepsSigned", priority: "high" },
    );
  }

  /** Loads the AWS client, which a URL does without. */
  static async open(target: EndpointTarget): Promise<EndpointSigner> {
    const aws = await import("@aws-sdk/client-sagemaker-runtime");
    const client = withoutNodeVersionWarning(() => new aws.SageMakerRuntimeClient({}));
    return new EndpointSigner(target, client, (input) => client.send(new aws.InvokeEndpointCommand(input)));
  }

  /** All requests, signed now. @throws {TargetError} when region or credentials cannot be found */
  async sign(): Promise<PreparedTarget> {
    const { endpointName } = this.#target;
    const signed = await Promise.all(this.#bodies.map((_, index) => this.#signOne(index)));
    const { protocol, hostname, port } = signed[0]!;
    return {
      origin: `${protocol}//${hostname}${port === undefined ? "" : `:${port}`}`,
      name: `/endpoints/${endpointName}/invocations`,
      requests: signed.map((request, index) => prepared(request, this.#bodies[index]!)),
    };
  }

  close(): void {
    this.#client.destroy();
  }

  async #signOne(index: number): Promise<SignedRequest> {
    const { endpointName, variantName, accept, bodies } = this.#target;
    const input = {
      EndpointName: endpointName,
      Body: bodies[index]!.data,
      ContentType: bodies[index]!.contentType ?? "application/octet-stream",
      ...(accept === undefined ? {} : { Accept: accept }),
      ...(variantName === undefined ? {} : { TargetVariant: variantName }),
    };
    try {
      const answer = await this.#send(input);
      return (answer as { readonly signed: SignedRequest }).signed;
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new TargetError(`Requests for the endpoint ${endpointName} cannot be signed: ${reason}`, {
        cause,
      });
    }
  }
}

function prepared({ method, path, headers }: SignedRequest, body: Uint8Array): PreparedRequest {
  // All of them: the client signs its notes about its own attempts too.
  return { method, path, headers: Object.entries(headers).flat(), body };
}
