import type { ECRClient } from "@aws-sdk/client-ecr";
import { withoutNodeVersionWarning } from "@sightline/foundation/node-version-warning";
import { CliError } from "../errors.js";

/** Where an image is pushed, and with which password. */
export interface EcrRepository {
  /** `ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME`. */
  readonly uri: string;
  readonly created: boolean;
  /** Of the registry, good for 12 hours. */
  readonly login: { readonly registry: string; readonly user: string; readonly password: string };
}

/**
 * A repository of the caller's account, made where there is none: images are scanned when they are pushed, and a tag
 * never comes to mean another image.
 *
 * @throws CliError when AWS refuses, with the permission that is wanted
 */
export async function openRepository(
  name: string,
  region: string | undefined,
  signal: AbortSignal,
): Promise<EcrRepository> {
  // Loaded here: the client takes longer than `--help` may.
  const ecr = await import("@aws-sdk/client-ecr");
  const client = withoutNodeVersionWarning(() => new ecr.ECRClient(region === undefined ? {} : { region }));
  try {
    const login = await logIn(client, signal);
    const found = await client
      .send(new ecr.DescribeRepositoriesCommand({ repositoryNames: [name] }), { abortSignal: signal })
      .catch((error: unknown) => {
        if (error instanceof ecr.RepositoryNotFoundException) return undefined;
        throw error;
      });
    const [repository] = found?.repositories ?? [];
    if (repository?.repositoryUri !== undefined)
      return { uri: repository.repositoryUri, created: false, login };
    const made = await client.send(
      new ecr.CreateRepositoryCommand({
        repositoryName: name,
        imageScanningConfiguration: { scanOnPush: true },
        imageTagMutability: "IMMUTABLE",
      }),
      { abortSignal: signal },
    );
    return { uri: made.repository!.repositoryUri!, created: true, login };
  } catch (error) {
    signal.throwIfAborted();
    throw explain(error, name);
  } finally {
    client.destroy();
  }

  async function logIn(from: ECRClient, abortSignal: AbortSignal): Promise<EcrRepository["login"]> {
    const { authorizationData } = await from.send(new ecr.GetAuthorizationTokenCommand({}), { abortSignal });
    const [{ authorizationToken = "", proxyEndpoint = "" } = {}] = authorizationData ?? [];
    const [user, ...password] = Buffer.from(authorizationToken, "base64").toString("utf8").split(":");
    return { registry: proxyEndpoint, user: user!, password: password.join(":") };
  }
}

function explain(error: unknown, name: string): unknown {
  if (!(error instanceof Error)) return error;
  const permissions =
    "ecr:GetAuthorizationToken, ecr:DescribeRepositories, ecr:CreateRepository and what a push needs";
  if (/AccessDenied/.test(error.name)) {
    return new CliError(`AWS refuses (${error.message}). Pushing to "${name}" takes ${permissions}.`, {
      cause: error,
    });
  }
  if (error.name === "CredentialsProviderError" || /region is missing/i.test(error.message)) {
    return new CliError(
      `${error.message}. Set AWS_PROFILE, or keys and AWS_REGION; --region names another region.`,
      { cause: error },
    );
  }
  return "$fault" in error || "$metadata" in error
    ? new CliError(`ECR: ${error.name}: ${error.message}`, { cause: error })
    : error;
}
