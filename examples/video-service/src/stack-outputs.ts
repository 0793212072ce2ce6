import { readStackOutputs } from "@sightline/foundation/run-cdk";
import { STACK_NAME } from "./names.js";

/** What the stack says of itself once it stands. */
export interface StackOutputs {
  /** URL of the page and the API on AWS. */
  readonly Url: string;
  /** Id of the API: emulators have their own addresses for it. */
  readonly ApiId: string;
  /** Name of the bucket of videos. */
  readonly Bucket: string;
  /** Name of the bucket of models. */
  readonly ModelBucket: string;
  /** ARN of the role that the jobs of long videos run as. */
  readonly TrainingRole: string;
  /** ARN of the role that the endpoint runs as. */
  readonly HostingRole: string;
  /** ARN of the topic that is told when a video is done. */
  readonly CompletedTopic: string;
  /** ARN of the topic that is told when one has failed. */
  readonly FailedTopic: string;
  /** Id of the pool of users. */
  readonly UserPool: string;
  /** Id of the client by which the page signs in. */
  readonly UserPoolClient: string;
}

/** Reads what `cdk deploy --outputs-file FILE` wrote. @throws OutputsError when the stack is not in it */
export const readOutputs = (file: string): Promise<StackOutputs> => readStackOutputs(file, STACK_NAME);
