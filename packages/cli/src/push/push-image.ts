import { docker } from "../docker/docker.js";
import { CliError } from "../errors.js";
import { openRepository } from "./ecr.js";

/** What to push, and where. */
export interface PushOptions {
  /** An image that the engine has. */
  readonly image: string;
  /** Repository of the account. Default: the image's name without registry and tag. */
  readonly repository?: string;
  /** Default: the image's tag. */
  readonly tag?: string;
  /** Default: AWS_REGION, or the profile's. */
  readonly region?: string;
  /** Told each line of progress. */
  readonly onLine: (line: string) => void;
  readonly signal: AbortSignal;
}

/** A pushed image. */
export interface PushedImage {
  /** `REPOSITORY_URI:TAG`, for people. */
  readonly uri: string;
  /** `REPOSITORY_URI@sha256:...`, which never comes to mean anything else: for models and jobs. */
  readonly pinned: string;
  readonly digest: string;
  /** Whether the repository was made for it. */
  readonly created: boolean;
}

/** Pushes an image to Amazon ECR. @throws CliError when there is no such image, or AWS or the registry refuses */
export async function pushImage(options: PushOptions): Promise<PushedImage> {
  const { image, region, onLine, signal } = options;
  const named = nameOf(image);
  const tag = options.tag ?? named.tag;
  await docker(["image", "inspect", "--format", "{{.Id}}", image], { signal }).catch((cause: Error) => {
    signal.throwIfAborted();
    throw new CliError(`The engine has no image ${image}; see "docker images". ${cause.message}`, { cause });
  });
  const repository = await openRepository(options.repository ?? named.repository, region, signal);
  const { login, created } = repository;
  if (created) onLine(`Made the repository ${repository.uri}.`);
  const { user, password, registry } = login;
  await docker(["login", "--username", user, "--password-stdin", registry], { input: password, signal });
  const uri = `${repository.uri}:${tag}`;
  await docker(["tag", image, uri], { signal });
  let digest: string | undefined;
  await docker(["push", uri], {
    signal,
    onLine(line) {
      digest = /digest: (sha256:[0-9a-f]{64})/.exec(line)?.[1] ?? digest;
      onLine(line);
    },
  });
  if (digest === undefined) throw new CliError(`docker push ${uri} told no digest.`);
  return { uri, pinned: `${repository.uri}@${digest}`, digest, created };
}

/** Repository and tag of an image's name: `host:5000/team/drivers:1` is `team/drivers` and `1`. */
export function nameOf(image: string): { readonly repository: string; readonly tag: string } {
  const [, repository = image, tag = "latest"] =
    /^(?:[^/]*[.:][^/]*\/|localhost\/)?([^:@]+)(?::([^@]+))?/.exec(image) ?? [];
  return { repository, tag };
}
