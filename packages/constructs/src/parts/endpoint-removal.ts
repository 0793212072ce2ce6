import { Aws, CustomResource, Duration } from "aws-cdk-lib";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { acknowledgeWildcards } from "./acknowledge.js";
import { handlerFolder, handlerFunction } from "./handler-function.js";

/** Which endpoint goes with the stack. */
export interface EndpointRemovalProps {
  /** Name of an endpoint that `deployEndpoint` makes: no template holds it. */
  readonly endpointName: string;
}

/**
 * Deletes an endpoint, its scaling, configurations and models when the stack is destroyed. While the stack stands it
 * does nothing: `deployEndpoint` of `@sightline/sdk` makes and updates the endpoint.
 *
 * @example
 * ```ts
 * new EndpointRemoval(stack, "Removal", { endpointName: "drivers" });
 * ```
 */
export class EndpointRemoval extends Construct {
  constructor(scope: Construct, id: string, props: EndpointRemovalProps) {
    super(scope, id);
    const { endpointName: name } = props;
    const sagemaker = (resource: string) =>
      `arn:${Aws.PARTITION}:sagemaker:${Aws.REGION}:${Aws.ACCOUNT_ID}:${resource}`;
    const named = ["endpoint-config", "model"].map((kind) => sagemaker(`${kind}/${name.toLowerCase()}*`));
    const made = handlerFunction(this, "Function", {
      folder: handlerFolder("remove-endpoint"),
      description: `Deletes the endpoint ${name} when its stack is destroyed`,
      timeout: Duration.minutes(15),
      memoryMb: 256,
      logRetention: RetentionDays.ONE_MONTH,
      statements: [
        new PolicyStatement({
          actions: ["DescribeEndpoint", "DeleteEndpoint", "ListTags"].map((action) => `sagemaker:${action}`),
          resources: [sagemaker(`endpoint/${name.toLowerCase()}`)],
        }),
        // deployEndpoint puts a fingerprint behind the endpoint's name.
        new PolicyStatement({
          actions: [
            ...["DescribeEndpointConfig", "DeleteEndpointConfig"],
            ...["DescribeModel", "DeleteModel", "ListTags"],
          ].map((action) => `sagemaker:${action}`),
          resources: named,
        }),
        // Neither lists nor scalable targets can be narrowed to one endpoint.
        new PolicyStatement({
          actions: [
            ...[
              "ListEndpoints",
              "ListEndpointConfigs",
              "ListModels",
              "ListTransformJobs",
              "DescribeTransformJob",
            ].map((action) => `sagemaker:${action}`),
            ...["DescribeScalableTargets", "DescribeScalingPolicies", "DeregisterScalableTarget"].map(
              (action) => `application-autoscaling:${action}`,
            ),
            ...["DescribeAlarms", "DeleteAlarms"].map((action) => `cloudwatch:${action}`),
          ],
          resources: ["*"],
        }),
      ],
    });
    acknowledgeWildcards(this, named, "Names of configurations and models end in a fingerprint.");
    acknowledgeWildcards(this, ["*"], "Lists, scalable targets and alarms know no resource.");
    new CustomResource(this, "Resource", {
      resourceType: "Custom::SightlineEndpointRemoval",
      serviceToken: made.functionArn,
      properties: { EndpointName: name },
      serviceTimeout: Duration.minutes(15),
    });
  }
}
