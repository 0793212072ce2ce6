import models from "./service-models.json" with { type: "json" };

/** The services whose calls are checked against their published models. */
export type ModelledService =
  | "sagemaker"
  | "application-autoscaling"
  | "logs"
  | "cloudwatch"
  | "sts"
  | "iam"
  | "ecr";

/** A shape of a service model: what a value must be like. */
export interface Shape {
  readonly type: string;
  readonly members?: Readonly<Record<string, string>>;
  readonly required?: readonly string[];
  readonly member?: string;
  readonly key?: string;
  readonly value?: string;
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
}

/** What is known of a service. Shapes refer to each other by name. */
export interface ServiceModel {
  /** The part of `X-Amz-Target` before the dot; undefined where the service speaks Query alone. */
  readonly targetPrefix?: string;
  /** Namespace of its XML; undefined where the service does not speak Query. */
  readonly xmlNamespace?: string;
  /** Names of all operations that AWS has, implemented here or not. */
  readonly allOperations: readonly string[];
  /** Input shapes of the operations that are implemented here. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Their output shapes, where the service speaks Query. */
  readonly outputs?: Readonly<Record<string, string>>;
  readonly shapes: Readonly<Record<string, Shape>>;
}

// tools/extract-service-models.py writes the file.
const MODELS = models as unknown as Readonly<Record<ModelledService, ServiceModel>>;

/** The model of a service. */
export function modelOf(service: ModelledService): ServiceModel {
  return MODELS[service];
}
