import { readStackOutputs } from "@sightline/foundation/run-cdk";
import { STACK_NAME } from "./names.js";

/** What the stack says of itself once it stands. */
export interface StackOutputs {
  /** URL of the page and the API on AWS. */
  readonly Url: string;
  /** Id of the REST API: emulators have their own addresses for it. */
  readonly ApiId: string;
  /** Name of the bucket of data sets and models. */
  readonly Bucket: string;
  /** ARN of the role that training runs as. */
  readonly TrainingRole: string;
  /** ARN of the role that the endpoint runs as. */
  readonly HostingRole: string;
  /** Where the stack asks for a key: its id. */
  readonly ApiKeyId?: string;
}

/** Reads what `cdk deploy --outputs-file FILE` wrote. @throws OutputsError when the stack is not in it */
export const readOutputs = (file: string): Promise<StackOutputs> => readStackOutputs(file, STACK_NAME);
