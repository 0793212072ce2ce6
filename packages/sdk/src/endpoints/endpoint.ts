import type { Kept } from "./live-use.js";

/** An endpoint that serves. Plain data: it may be written to a file and used in a later run. */
export interface Endpoint {
  readonly kind: "endpoint";
  /** Its name, as SageMaker knows it. */
  readonly name: string;
  /** ARN, as AWS gives it. */
  readonly arn: string;
  /** The configuration that is live: proven, not assumed. */
  readonly configName: string;
  /** The model that serves. */
  readonly modelName: string;
  /** The variant that serves, for example `AllTraffic`. */
  readonly variantName: string;
  /** True when it takes asynchronous invocations only. */
  readonly isAsync: boolean;
  /** What deployEndpoint() had to do. */
  readonly action: "created" | "updated" | "unchanged";
}

/** What happens during a deployment. */
export type DeployEvent =
  | {
      readonly kind: "model";
      /** Its name, as SageMaker knows it. */
      readonly name: string;
      /** False when it was there already. */
      readonly created: boolean;
    }
  | {
      readonly kind: "config";
      /** Its name, as SageMaker knows it. */
      readonly name: string;
      /** False when it was there already. */
      readonly created: boolean;
    }
  | {
      readonly kind: "status";
      /** `Creating`, `Updating`, `RollingBack`, `InService`, `Failed`, `Deleting` and so on. */
      readonly status: string;
      /** Since the deployment began. */
      readonly seconds: number;
    }
  | {
      readonly kind: "autoscaling";
      /** Least number of instances. */
      readonly minInstances: number;
      /** Largest number of instances. */
      readonly maxInstances: number;
    }
  | {
      readonly kind: "removed";
      /** What was removed. */
      readonly resource: "endpoint" | "endpoint-config" | "model";
      /** Its name, as SageMaker knows it. */
      readonly name: string;
    }
  /** A replaced configuration or model that something else uses; it was left. */
  | ({ readonly kind: "kept" } & Kept)
  /** The endpoint serves as asked; something beside it could not be done. */
  | {
      readonly kind: "warning";
      /** What could not be done, and why. */
      readonly message: string;
    };

/** The one variant that this package makes; the name that the AWS console gives too. */
export const VARIANT_NAME = "AllTraffic";

/** The endpoint's name, of a handle or as it is. */
export function endpointName(endpoint: Endpoint | string): string {
  return typeof endpoint === "string" ? endpoint : endpoint.name;
}

/** Log group of an endpoint's containers. */
export function endpointLogGroup(name: string): string {
  return `/aws/sagemaker/Endpoints/${name}`;
}
