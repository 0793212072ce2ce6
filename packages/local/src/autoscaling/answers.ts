import { AwsError } from "../errors.js";
import { pageOf } from "../wire/page.js";

const DIMENSION = "sagemaker:variant:DesiredInstanceCount";
/** What is the same of all that is described. */
export const KIND = { ServiceNamespace: "sagemaker", ScalableDimension: DIMENSION } as const;
/** Things of one page, when the caller does not say. */
const DEFAULT_LIMIT = 50;

/** The page that a Describe operation asks for. @throws AwsError InvalidNextTokenException */
export function page<Item>(
  items: readonly Item[],
  input: { readonly MaxResults?: number; readonly NextToken?: string },
) {
  return pageOf(items, input.NextToken, input.MaxResults ?? DEFAULT_LIMIT, "InvalidNextTokenException");
}

/** An input that Application Auto Scaling does not take. */
export function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message);
}

/** Something that is not there, in AWS's words. */
export function notFound(what: string, resourceId: string, more = ""): AwsError {
  return new AwsError(
    "ObjectNotFoundException",
    `No ${what} for service namespace: sagemaker, resource ID: ${resourceId}, scalable dimension: ${DIMENSION}${more}`,
  );
}
