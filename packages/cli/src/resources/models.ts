import type { Session } from "@sightline/sdk";
import { unlessGone } from "./endpoints.js";

/** A model as `sightline list` shows it. */
export interface ListedModel {
  readonly kind: "model";
  readonly name: string;
  readonly createdAt: Date | undefined;
}

interface Page {
  readonly Models?: readonly { readonly ModelName: string; readonly CreationTime?: Date }[];
}

/** The newest models, newest first. */
export async function listModels(
  session: Session,
  most: number,
  signal: AbortSignal,
): Promise<ListedModel[]> {
  const request = { MaxResults: most, SortBy: "CreationTime", SortOrder: "Descending" };
  const page = await session.send<Page>("sagemaker", "ListModels", request, { signal });
  return (page.Models ?? []).map(({ ModelName, CreationTime }) => ({
    kind: "model",
    name: ModelName,
    createdAt: CreationTime,
  }));
}

interface Container {
  readonly ModelDataUrl?: string;
}

/** Where the archive of the model behind an endpoint lies; undefined when its image holds it, or there is no such endpoint. */
export async function modelUriOf(
  session: Session,
  endpoint: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { getEndpoint } = await import("@sightline/sdk");
  const found = await getEndpoint(session, endpoint, { signal });
  if (found === undefined || found.modelName === "") return undefined;
  const model = await unlessGone(
    session.send<{ PrimaryContainer?: Container; Containers?: readonly Container[] }>(
      "sagemaker",
      "DescribeModel",
      { ModelName: found.modelName },
      { signal },
    ),
  );
  return (model?.PrimaryContainer ?? model?.Containers?.[0])?.ModelDataUrl;
}

/** Name of the file beside a model's archive that names its classes, in class-id order. */
const LABELS = "labels.json";

/** Names the classes of the model whose archive that is: `sightline invoke` finds them there. */
export async function writeLabels(
  session: Session,
  modelUri: string,
  labels: readonly string[],
): Promise<void> {
  const { writeObject } = await import("@sightline/sdk");
  await writeObject(session, beside(modelUri), JSON.stringify(labels));
}

/** The classes that {@link writeLabels} named; undefined when nothing did. */
export async function readLabels(
  session: Session,
  modelUri: string,
  signal: AbortSignal,
): Promise<readonly string[] | undefined> {
  const { readObject } = await import("@sightline/sdk");
  const bytes = await unlessGone(readObject(session, beside(modelUri), { signal, maxBytes: 1 << 20 }));
  return bytes === undefined ? undefined : (JSON.parse(Buffer.from(bytes).toString()) as string[]);
}

function beside(modelUri: string): string {
  return `${modelUri.slice(0, modelUri.lastIndexOf("/") + 1)}${LABELS}`;
}
