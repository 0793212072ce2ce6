/** What a training job or uploadModel() leaves in S3, and the image that serves it. Plain data. */
export interface ModelArtifact {
  readonly kind: "model-artifact";
  /** S3 URI of the model.tar.gz. */
  readonly uri: string;
  /** URI of the serving image. */
  readonly image: string;
  readonly trainingJobName?: string;
}

/** A model known to SageMaker. Plain data. */
export interface Model {
  readonly kind: "model";
  readonly name: string;
  readonly arn: string;
  readonly image: string;
  readonly artifactUri: string | undefined;
  /** False when it was there already. */
  readonly created: boolean;
}
