import { RemovalPolicy } from "aws-cdk-lib";
import {
  AccessLogFormat,
  EndpointType,
  LogGroupLogDestination,
  MethodLoggingLevel,
  RestApi,
} from "aws-cdk-lib/aws-apigateway";
import { LogGroup, type RetentionDays } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import { acknowledge } from "./acknowledge.js";

/** What is each API's own. */
export interface LoggedApiProps {
  readonly description: string;
  /** Media types that are handed on as they are, not as text. Default: none. */
  readonly binaryMediaTypes?: string[];
  /** Requests a second that the whole API takes on average; more are answered 429. Default 50. */
  readonly requestsPerSecond?: number | undefined;
  /** Requests that it takes at once above that. Default 100. */
  readonly burst?: number | undefined;
  readonly logRetention: RetentionDays;
  /** Why findings of cdk-nag's AwsSolutions stand that depend on what the API is for. */
  readonly findings: Readonly<Record<string, string>>;
}

/** A regional REST API, throttled, that writes who called it and what failed. */
export function loggedApi(scope: Construct, props: LoggedApiProps): RestApi {
  const { description, binaryMediaTypes, requestsPerSecond = 50, burst = 100 } = props;
  const accessLog = new LogGroup(scope, "AccessLog", {
    retention: props.logRetention,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const api = new RestApi(scope, "Api", {
    description,
    ...(binaryMediaTypes === undefined ? {} : { binaryMediaTypes }),
    endpointTypes: [EndpointType.REGIONAL],
    cloudWatchRole: true,
    cloudWatchRoleRemovalPolicy: RemovalPolicy.RETAIN,
    deployOptions: {
      accessLogDestination: new LogGroupLogDestination(accessLog),
      accessLogFormat: AccessLogFormat.jsonWithStandardFields(),
      loggingLevel: MethodLoggingLevel.ERROR,
      throttlingRateLimit: requestsPerSecond,
      throttlingBurstLimit: burst,
    },
  });
  acknowledge(api, {
    "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]":
      "The role by which API Gateway writes its logs is one for the account, with AWS's own policy.",
    "AwsSolutions-APIG3":
      "A web ACL costs by the month and exists on AWS only: it goes into a stack of its own.",
    ...props.findings,
  });
  return api;
}
