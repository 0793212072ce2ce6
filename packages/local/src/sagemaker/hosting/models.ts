import { arn, type Cloud, seconds } from "../../cloud.js";
import { AwsError } from "../../errors.js";
import type { RecordStore } from "../../state/record-store.js";
import type { JsonInput, JsonOperations } from "../../wire/json-service.js";
import { listPage } from "../listing.js";
import type { TagStore } from "../tags.js";

/** A container of a model, as CreateModel has it. */
export interface ContainerDefinition {
  readonly Image?: string;
  readonly ModelDataUrl?: string;
  readonly ModelDataSource?: {
    readonly S3DataSource?: {
      readonly S3Uri: string;
      readonly S3DataType: string;
      readonly CompressionType: string;
    };
  };
  readonly Environment?: Readonly<Record<string, string>>;
}

/** A model as it is kept. */
export interface Model {
  readonly name: string;
  readonly arn: string;
  readonly created: number;
  readonly modified: number;
  readonly request: JsonInput;
}

/** The container that serves a model. */
export function containerOf(model: Model): ContainerDefinition {
  return (model.request.PrimaryContainer ??
    (model.request.Containers as unknown[])[0]) as ContainerDefinition;
}

/** Makes the model operations. */
export function createModelOperations(
  cloud: Cloud,
  tags: TagStore,
  models: RecordStore<Model>,
): JsonOperations {
  const arnOf = (name: string) => arn(cloud, "sagemaker", `model/${name.toLowerCase()}`);
  const find = (input: JsonInput): Model => {
    const name = input.ModelName as string;
    const model = models.get(name);
    if (model === undefined)
      throw new AwsError("ValidationException", `Could not find model "${arnOf(name)}".`);
    return model;
  };
  return {
    CreateModel(input) {
      const name = input.ModelName as string;
      if (models.has(name)) {
        throw new AwsError("ValidationException", `Cannot create already existing model "${arnOf(name)}".`);
      }
      if (input.ExecutionRoleArn === undefined) {
        throw new AwsError("ValidationException", "Execution role ARN is required for a model.");
      }
      const containers = (input.Containers as unknown[] | undefined) ?? [];
      if ((input.PrimaryContainer === undefined) === (containers.length === 0)) {
        throw new AwsError("ValidationException", "Give either PrimaryContainer or Containers.");
      }
      if (containers.length > 1) {
        throw new AwsError(
          "ValidationException",
          "The local SageMaker does not implement inference pipelines.",
        );
      }
      const now = Date.now();
      const model: Model = { name, arn: arnOf(name), created: now, modified: now, request: input };
      const { Image: image } = containerOf(model);
      if (image === undefined) {
        throw new AwsError("ValidationException", "The local SageMaker needs a container with an Image.");
      }
      cloud.images.command(image, "serve");
      tags.create(model.arn, input);
      models.set(name, model);
      return { ModelArn: model.arn };
    },
    DescribeModel(input) {
      const model = find(input);
      const { Tags: _tags, ...request } = model.request;
      return {
        EnableNetworkIsolation: false,
        ...request,
        ModelArn: model.arn,
        CreationTime: seconds(model.created),
      };
    },
    ListModels(input) {
      const page = listPage(models.all(), input);
      return {
        Models: page.items.map((model) => ({
          ModelName: model.name,
          ModelArn: model.arn,
          CreationTime: seconds(model.created),
        })),
        NextToken: page.nextToken,
      };
    },
    DeleteModel(input) {
      const model = find(input);
      models.delete(model.name);
      tags.remove(model.arn);
      return {};
    },
  };
}
