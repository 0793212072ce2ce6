import { readFile } from "node:fs/promises";
import { namedError } from "@sightline/foundation/named-error";
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

/** A file that does not say what the stack put out. */
export class OutputsError extends namedError("OutputsError", Error) {}

/** Reads what `cdk deploy --outputs-file FILE` wrote. @throws OutputsError when the stack is not in it */
export async function readOutputs(file: string): Promise<StackOutputs> {
  const text = await readFile(file, "utf8");
  let all: Record<string, StackOutputs | undefined>;
  try {
    all = JSON.parse(text);
  } catch (cause) {
    throw new OutputsError(`${file} is no JSON: name the file of \`cdk deploy --outputs-file\`.`, { cause });
  }
  const outputs = all[STACK_NAME];
  if (outputs === undefined)
    throw new OutputsError(`${file} says nothing of the stack ${STACK_NAME}: deploy it first.`);
  return outputs;
}
