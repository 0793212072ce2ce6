/** What a training job or uploadModel() leaves in S3, and the image that serves it. Plain data. */
export interface ModelArtifact {
  readonly kind: "model-artifact";
  /** S3 URI of the model.tar.gz. */
  readonly uri: string;
  /** URI of the serving image. */
  readonly image: string;
  /** The training job that made it, if one of this package did. */
  readonly trainingJobName?: string;
}

/** A model known to SageMaker. Plain data. */
export interface Model {
  readonly kind: "model";
  /** Its name, as SageMaker knows it. */
  readonly name: string;
  /** ARN, as AWS gives it. */
  readonly arn: string;
  /** URI of the serving image. */
  readonly image: string;
  /** S3 URI of the model.tar.gz; undefined when the image holds the model. */
  readonly artifactUri: string | undefined;
  /** False when it was there already. */
  readonly created: boolean;
}
