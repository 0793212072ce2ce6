import type * as Ecr from "@aws-sdk/client-ecr";
import { arn } from "../arn.js";
import type { Cloud } from "../cloud.js";
import { AwsError } from "../errors.js";
import type { RecordStore } from "../state/record-store.js";
import type { HonouredInputs } from "../wire/honoured-members.js";
import type { InputOf, Operations } from "../wire/operation-types.js";
import { pageOf } from "../wire/page.js";

type EcrOperation = "GetAuthorizationToken" | "DescribeRepositories" | "CreateRepository";

/** What the operations honour of their inputs. The registry itself is Docker's: it scans nothing and lets tags move. */
export const HONOURED_ECR: HonouredInputs<typeof Ecr, EcrOperation> = {
  GetAuthorizationToken: {},
  DescribeRepositories: { repositoryNames: "done", maxResults: "done", nextToken: "done" },
  CreateRepository: {
    repositoryName: "done",
    imageTagMutability: "kept",
    imageScanningConfiguration: { scanOnPush: "kept" },
    encryptionConfiguration: { encryptionType: "kept", kmsKey: "kept" },
  },
};

/** A repository as it is kept. */
export interface Repository {
  readonly name: string;
  readonly created: number;
  readonly request: InputOf<typeof Ecr, "CreateRepository">;
}

/** How long a login lasts on AWS. */
const LOGIN_MS = 12 * 3_600_000;
/** Repositories of a page when the request does not say. */
const PAGE = 100;

/** Host of the registry where an image URI's repositories lie: the one that was given, else AWS's own name. */
export function registryHost({
  account,
  region,
  registry,
}: Pick<Cloud, "account" | "region" | "registry">): string {
  return registry ?? `${account}.dkr.ecr.${region}.amazonaws.com`;
}

/** Makes the operations by which a client finds or makes a repository and logs in to its registry. */
export function createEcrOperations(
  cloud: Cloud,
  repositories: RecordStore<Repository>,
): Operations<typeof Ecr, EcrOperation> {
  const host = registryHost(cloud);
  const describe = ({ name, created, request }: Repository) => ({
    repositoryName: name,
    repositoryArn: arn(cloud, "ecr", `repository/${name}`),
    registryId: cloud.account,
    repositoryUri: `${host}/${name}`,
    createdAt: new Date(created),
    imageTagMutability: request.imageTagMutability ?? ("MUTABLE" as const),
    imageScanningConfiguration: { scanOnPush: request.imageScanningConfiguration?.scanOnPush ?? false },
    encryptionConfiguration: request.encryptionConfiguration ?? { encryptionType: "AES256" as const },
  });
  return {
    GetAuthorizationToken: () => ({
      authorizationData: [
        {
          // A registry on this machine asks for no password.
          authorizationToken: Buffer.from("AWS:sightline-local").toString("base64"),
          expiresAt: new Date(Date.now() + LOGIN_MS),
          proxyEndpoint: cloud.registry === undefined ? `https://${host}` : `http://${host}`,
        },
      ],
    }),
    DescribeRepositories({ repositoryNames, nextToken, maxResults }) {
      if (repositoryNames !== undefined) {
        return { repositories: repositoryNames.map((name) => describe(find(cloud, repositories, name))) };
      }
      const { page, nextToken: next } = pageOf(repositories.all(), nextToken, maxResults ?? PAGE);
      return { repositories: page.map(describe), nextToken: next };
    },
    CreateRepository(request) {
      const name = request.repositoryName;
      if (repositories.has(name)) {
        throw new AwsError(
          "RepositoryAlreadyExistsException",
          `The repository with name '${name}' already exists in the registry with id '${cloud.account}'`,
        );
      }
      const made = { name, created: Date.now(), request };
      repositories.set(name, made);
      return { repository: describe(made) };
    },
  };
}

function find(cloud: Cloud, repositories: RecordStore<Repository>, name: string): Repository {
  const found = repositories.get(name);
  if (found !== undefined) return found;
  throw new AwsError(
    "RepositoryNotFoundException",
    `The repository with name '${name}' does not exist in the registry with id '${cloud.account}'`,
  );
}
