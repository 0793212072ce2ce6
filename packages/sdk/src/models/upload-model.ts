import { InvalidInputError } from "../errors.js";
import type { ContainerImage } from "../images/image-uri.js";
import { formatS3Uri, locate } from "../s3/s3-uri.js";
import { type UploadOptions, uploadFiles } from "../s3/upload-files.js";
import type { Session } from "../session.js";
import type { ModelArtifact } from "./model.js";

export interface UploadModelOptions
  extends Pick<UploadOptions, "onEvent" | "signal" | "aws" | "concurrency"> {
  /** What serves it: an image, or the URI of one. */
  readonly image: ContainerImage | string;
}

/**
 * Uploads a model.tar.gz and names its image: what deployEndpoint() and createModel() take. An unchanged
 * archive is not sent again.
 *
 * @param destination folder in S3, or the object's name. Default: `models/` in the session's bucket.
 */
export async function uploadModel(
  session: Session,
  archive: string,
  destination: string | undefined,
  options: UploadModelOptions,
): Promise<ModelArtifact> {
  const { image, ...upload } = options;
  if (!archive.endsWith(".tar.gz")) {
    throw new InvalidInputError(
      "archive",
      "a .tar.gz file, as SageMaker takes it",
      archive,
      "Make one with packModel().",
    );
  }
  const place = formatS3Uri(locate(session, destination ?? "models/", "destination"));
  const { uri } = await uploadFiles(session, archive, place, upload);
  return { kind: "model-artifact", uri, image: typeof image === "string" ? image : image.uri };
}
