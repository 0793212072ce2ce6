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
    // deployEndpoint cuts a long name to this and puts a fingerprint behind it; ARNs have names in lower case.
    const stem = name.slice(0, 50).replace(/-+$/, "").toLowerCase();
    const made = [sagemaker(`endpoint-config/${stem}*`), sagemaker(`model/${stem}*`)];
    const remover = handlerFunction(this, "Function", {
      folder: handlerFolder("remove-endpoint"),
      description: `Deletes the endpoint ${name} when its stack is destroyed`,
      timeout: Duration.minutes(15),
      memoryMb: 256,
      logRetention: RetentionDays.ONE_MONTH,
      statements: [
        new PolicyStatement({
          actions: ["sagemaker:DeleteEndpoint"],
          resources: [sagemaker(`endpoint/${name.toLowerCase()}`)],
        }),
        new PolicyStatement({
          actions: ["sagemaker:DeleteEndpointConfig", "sagemaker:DeleteModel"],
          resources: made,
        }),
        // Any endpoint or transform job of the region may use a model of this one, and this one a model of any name.
        new PolicyStatement({ actions: UNBOUND_ACTIONS, resources: ["*"] }),
      ],
    });
    acknowledgeWildcards(this, made, "Names of configurations and models end in a fingerprint.");
    acknowledgeWildcards(
      this,
      ["*"],
      "Who uses a model is asked of the whole region; policies of scaling and their alarms have names of the service's choice.",
    );
    new CustomResource(this, "Resource", {
      resourceType: "Custom::SightlineEndpointRemoval",
      serviceToken: remover.functionArn,
      properties: { EndpointName: name },
      serviceTimeout: Duration.minutes(15),
    });
  }
}

/** What reads the region, and what ends scaling. */
const UNBOUND_ACTIONS = [
  ...["ListEndpoints", "ListEndpointConfigs", "ListModels", "ListTransformJobs", "ListTags"].map(
    (action) => `sagemaker:${action}`,
  ),
  ...["DescribeEndpoint", "DescribeEndpointConfig", "DescribeModel", "DescribeTransformJob"].map(
    (action) => `sagemaker:${action}`,
  ),
  ...["DescribeScalingPolicies", "DeleteScalingPolicy", "DeregisterScalableTarget"].map(
    (action) => `application-autoscaling:${action}`,
  ),
  "cloudwatch:DeleteAlarms",
];
