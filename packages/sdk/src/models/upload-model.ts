import { type LongWork, longWork, type Tell } from "@sightline/foundation/long-work";
import { InvalidInputError } from "../errors.js";
import type { ContainerImage } from "../images/container-image.js";
import { formatS3Uri, locate } from "../s3/s3-uri.js";
import { type UploadEvent, type UploadOptions, uploadFiles } from "../s3/upload-files.js";
import type { Session } from "../session.js";
import { passOn } from "../wait/pass-on.js";
import type { ModelArtifact } from "./model.js";

/** How a model is uploaded. */
export interface UploadModelOptions extends Pick<UploadOptions, "signal" | "aws" | "concurrency"> {
  /** What serves it: an image, or the URI of one. */
  readonly image: ContainerImage | string;
}

/**
 * Uploads a model.tar.gz and names its image: what deployEndpoint() and createModel() take. An unchanged
 * archive is not sent again.
 *
 * @param destination folder in S3, or the object's name. Default: `models/` in the session's bucket.
 * @throws InvalidInputError when the archive is no .tar.gz
 * @example
 * ```ts
 * const model = await uploadModel(session, "out/model.tar.gz", "s3://roads/models/", { image: "own:1" });
 * console.log(model.uri); // "s3://roads/models/model.tar.gz"
 * ```
 */
export function uploadModel(
  session: Session,
  archive: string,
  destination: string | undefined,
  options: UploadModelOptions,
): LongWork<UploadEvent, ModelArtifact> {
  return longWork((signal, tell) => upload(session, archive, destination, { ...options, signal }, tell), {
    signal: options.signal,
    progress: ["progress"],
  });
}

async function upload(
  session: Session,
  archive: string,
  destination: string | undefined,
  { image, ...options }: UploadModelOptions,
  tell: Tell<UploadEvent>,
): Promise<ModelArtifact> {
  if (!archive.endsWith(".tar.gz")) {
    throw new InvalidInputError(
      "archive",
      "a .tar.gz file, as SageMaker takes it",
      archive,
      "Make one with packModel().",
    );
  }
  const place = formatS3Uri(locate(session, destination ?? "models/", "destination"));
  const { uri } = await passOn(uploadFiles(session, archive, place, options), tell);
  return { kind: "model-artifact", uri, image: typeof image === "string" ? image : image.uri };
}
