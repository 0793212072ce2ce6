import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, relative } from "node:path";
import type { CliIO } from "@sightline/foundation/command-line";
import type { ModelArtifact, Session } from "@sightline/sdk";
import { CliError } from "../errors.js";
import { openModel } from "../try/open-model.js";
import { unlessGone } from "./endpoints.js";
import { writeLabels } from "./models.js";

/** Stands for the newest training job that has completed. */
const LATEST = "latest";

/**
 * The model that somebody means: a file or folder of this machine, which is uploaded; a training job, or the
 * newest by `latest`; or the name of a model.
 *
 * @param image what serves a model of this machine
 * @param endpoint what an uploaded archive is called after
 * @throws CliError when it is none of these
 */
export async function findModel(
  session: Session,
  given: string,
  image: string | undefined,
  endpoint: string,
  io: CliIO,
): Promise<ModelArtifact | string> {
  const { signal } = io;
  const file = await stat(given).catch(() => undefined);
  if (file !== undefined) return uploadOwn(session, given, image, endpoint, io);
  const sdk = await import("@sightline/sdk");
  const wanted = given === LATEST ? await latestJob(session, signal) : given;
  const job = await unlessGone(
    session.send("sagemaker", "DescribeTrainingJob", { TrainingJobName: wanted }, { signal }),
  );
  if (job !== undefined) {
    const trained = await sdk.waitForTrainingJob(session, wanted, { logs: false, signal });
    return image === undefined ? trained.model : { ...trained.model, image };
  }
  const model = await unlessGone(
    session.send("sagemaker", "DescribeModel", { ModelName: wanted }, { signal }),
  );
  if (model !== undefined) return wanted;
  throw new CliError(
    `"${wanted}" is neither a file here, nor a training job or model in ${session.region}; see "sightline list --kind training-job,model".`,
  );
}

async function latestJob(session: Session, signal: AbortSignal): Promise<string> {
  const request = {
    StatusEquals: "Completed",
    SortBy: "CreationTime",
    SortOrder: "Descending",
    MaxResults: 1,
  };
  const page = await session.send<{ TrainingJobSummaries?: readonly { readonly TrainingJobName: string }[] }>(
    "sagemaker",
    "ListTrainingJobs",
    request,
    { signal },
  );
  const [newest] = page.TrainingJobSummaries ?? [];
  if (newest !== undefined) return newest.TrainingJobName;
  throw new CliError(
    `No training job in ${session.region} has completed yet; start one with "sightline train".`,
  );
}

async function uploadOwn(
  session: Session,
  path: string,
  image: string | undefined,
  endpoint: string,
  { signal, err }: CliIO,
): Promise<ModelArtifact> {
  if (image === undefined) {
    throw new CliError(
      `${path} is a model of your own: name what serves it with --image, the URI that "sightline image push" printed (any name that ends in /sightline, against a local SageMaker).`,
    );
  }
  const { packModel, uploadModel } = await import("@sightline/sdk");
  const scratch = await mkdtemp(join(tmpdir(), "sightline-deploy-"));
  const model = await openModel(path);
  try {
    for (const guess of model.guesses) err(`guessed: ${guess}\n`);
    const archive = join(scratch, "model.tar.gz");
    await packModel({
      output: archive,
      manifest: model.manifest,
      files: await filesOf(model.folder),
      signal,
    });
    const target = `models/${endpoint}/${basename(path).replace(/\W+/g, "-")}/`;
    const uploaded = await uploadModel(session, archive, target, { image, signal });
    const { labels } = model.manifest;
    if (labels !== undefined && labels.length > 0) await writeLabels(session, uploaded.uri, labels);
    return uploaded;
  } finally {
    await model.close();
    await rm(scratch, { recursive: true, force: true });
  }
}

/** The files of a folder by their names in the archive, but for the manifest, which is packed by itself. */
async function filesOf(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const named = paths.map((path) => [relative(folder, path).replaceAll("\\", "/"), path] as const);
  return Object.fromEntries(named.filter(([name]) => name !== "manifest.json"));
}
