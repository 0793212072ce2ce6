import { withoutNodeVersionWarning } from "./node-version-warning.js";
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

/**
 * The AWS clients, each behind a dynamic import, so that importing this package loads none of them
 * (client-sagemaker alone takes about 0.3 s), and a program that only invokes never loads the others.
 */
const modules: Readonly<Record<AwsService, { className: string; load(): Promise<ClientModule> }>> = {
  sagemaker: { className: "SageMakerClient", load: () => import("@aws-sdk/client-sagemaker") },
  "sagemaker-runtime": {
    className: "SageMakerRuntimeClient",
    load: () => import("@aws-sdk/client-sagemaker-runtime"),
  },
  s3: { className: "S3Client", load: () => import("@aws-sdk/client-s3") },
  cloudwatch: { className: "CloudWatchClient", load: () => import("@aws-sdk/client-cloudwatch") },
  logs: { className: "CloudWatchLogsClient", load: () => import("@aws-sdk/client-cloudwatch-logs") },
  "application-auto-scaling": {
    className: "ApplicationAutoScalingClient",
    load: () => import("@aws-sdk/client-application-auto-scaling"),
  },
  sts: { className: "STSClient", load: () => import("@aws-sdk/client-sts") },
};

export async function loadClient(service: AwsService, settings: ClientSettings): Promise<LoadedClient> {
  const { className, load } = modules[service];
  const module = await load();
  const Client = module[className] as Constructor<AwsClient>;
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
