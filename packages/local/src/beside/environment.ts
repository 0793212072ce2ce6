import { environment } from "@sightline/contract/environment";
import { arn, type Place } from "../arn.js";

/** Services that this server answers also beside an emulator, as the AWS SDKs name them in their variables. */
const OWN_SERVICES = [
  "SAGEMAKER",
  "SAGEMAKER_RUNTIME",
  "APPLICATION_AUTO_SCALING",
  "CLOUDWATCH",
  "CLOUDWATCH_LOGS",
];

/**
 * The variables that send clients to this server for what is SageMaker's, and to an emulator for the rest of AWS.
 * S3 is named besides: the AWS CDK looks for that variable alone.
 */
export function besideEnvironment(
  ownUrl: string,
  emulatorUrl: string,
  place: Place,
): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL: emulatorUrl,
    AWS_ENDPOINT_URL_S3: emulatorUrl,
    ...ownEndpoints(ownUrl, place),
  };
}

/** The part of those variables that does not name the emulator, for the emulator's own functions. */
export function ownEndpoints(ownUrl: string, place: Place): Readonly<Record<string, string>> {
  const endpoints = Object.fromEntries(
    OWN_SERVICES.map((service) => [`AWS_ENDPOINT_URL_${service}`, ownUrl]),
  );
  // The emulator's STS says that one is root; jobs need a role, of which only the form is looked at here.
  return {
    ...endpoints,
    [environment.roleArn]: arn({ ...place, region: "" }, "iam", "role/sightline-local"),
  };
}
