import { withoutNodeVersionWarning } from "@sightline/foundation/node-version-warning";
import type { AwsService, Credentials } from "./send-request.js";

/** What every client is made with. Undefined means: as the AWS SDK finds it in the environment. */
export interface ClientSettings {
  readonly region: string | undefined;
  readonly credentials: Credentials | (() => Promise<Credentials>) | undefined;
  readonly profile: string | undefined;
  readonly endpointUrl: string | undefined;
  readonly maxAttempts: number;
}

/** The little of an AWS client that this package uses. */
export interface AwsClient {
  send(command: object, options: { readonly abortSignal: AbortSignal }): Promise<unknown>;
  destroy(): void;
  readonly config: { region(): Promise<string> };
}

/** A client's module: one class named `<Service>Client` and one class per operation. */
type ClientModule = Readonly<Record<string, unknown>>;
type Constructor<T> = new (input: object) => T;

export interface LoadedClient {
  readonly client: AwsClient;
  command(operation: string, input: object): object;
}

/** Where a service's client comes from. */
export interface ClientSource {
  /** Name of the client's class in its module. */
  readonly className: string;
  load(): Promise<ClientModule>;
}

/** The clients that a session can use. */
export type ClientSources = Readonly<Partial<Record<AwsService, ClientSource>>>;

/**
 * Loads a service's client.
 *
 * @throws TypeError when the session was made without that service
 */
export async function loadClient(
  service: AwsService,
  sources: ClientSources,
  settings: ClientSettings,
): Promise<LoadedClient> {
  const source = sources[service];
  if (source === undefined) {
    throw new TypeError(
      `This function's session has no client for ${service}: pass a session of createSession().`,
    );
  }
  const module = await source.load();
  const Client = module[source.className] as Constructor<AwsClient>;
  const client = withoutNodeVersionWarning(() => new Client(clientConfig(service, settings)));
  return {
    client,
    command(operation, input) {
      const Command = module[`${operation}Command`] as Constructor<object> | undefined;
      if (Command === undefined) {
        throw new TypeError(`The AWS client for ${service} has no operation ${operation}.`);
      }
      return new Command(input);
    },
  };
}

function clientConfig(service: AwsService, settings: ClientSettings): Record<string, unknown> {
  return {
    ...(settings.region === undefined ? {} : { region: settings.region }),
    ...(settings.credentials === undefined ? {} : { credentials: settings.credentials }),
    ...(settings.profile === undefined ? {} : { profile: settings.profile }),
    ...(settings.endpointUrl === undefined ? {} : { endpoint: settings.endpointUrl }),
    maxAttempts: settings.maxAttempts,
    // A host that does not answer SYN must not hold a wait for the kernel's two minutes.
    requestHandler: { connectionTimeout: 10_000 },
    // One endpoint for every service has no host name per bucket to resolve.
    ...(service === "s3" && (settings.endpointUrl ?? process.env.AWS_ENDPOINT_URL) !== undefined
      ? { forcePathStyle: true }
      : {}),
  };
}
