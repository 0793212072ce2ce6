import { arn } from "../../arn.js";
import type { Cloud } from "../../cloud.js";
import { AwsError } from "../../errors.js";
import type { RecordStore } from "../../state/record-store.js";
import { type Kept, listPage } from "../listing.js";
import type { SageMakerInput, SageMakerOperations } from "../operation-types.js";
import { type ModelPackage, packagedContainer } from "../registry/model-package.js";
import type { TagStore } from "../tags.js";
import type { ModelOperation } from "./honoured-inputs.js";

/** The CreateModel call. */
export type ModelRequest = SageMakerInput<"CreateModel">;
/** A container of a model. */
export type ContainerDefinition = NonNullable<ModelRequest["PrimaryContainer"]>;

/** A model as it is kept. */
export interface Model extends Kept {
  readonly request: ModelRequest;
  /** What a model package said when the model was made of it. */
  readonly packaged?: ContainerDefinition;
}

/** The container that serves a model. */
export function containerOf({ request, packaged }: Pick<Model, "request" | "packaged">): ContainerDefinition {
  const own = request.PrimaryContainer ?? request.Containers?.[0] ?? {};
  if (packaged === undefined) return own;
  // What the model says itself comes on top of what its package says.
  return { ...packaged, ...own, Environment: { ...packaged.Environment, ...own.Environment } };
}

/** @throws AwsError ValidationException, worded as AWS words it */
export function findModel(cloud: Cloud, models: RecordStore<Model>, name: string): Model {
  const model = models.get(name);
  if (model !== undefined) return model;
  throw new AwsError("ValidationException", `Could not find model "${modelArn(cloud, name)}".`);
}

function modelArn(cloud: Cloud, name: string): string {
  return arn(cloud, "sagemaker", `model/${name.toLowerCase()}`);
}

/** Makes the model operations. */
export function createModelOperations(
  cloud: Cloud,
  tags: TagStore,
  models: RecordStore<Model>,
  packages: RecordStore<ModelPackage>,
): SageMakerOperations<ModelOperation> {
  return {
    async CreateModel(input) {
      const name = input.ModelName;
      const ownArn = modelArn(cloud, name);
      const { ModelPackageName: packageName } = containerOf({ request: input });
      const packaged = packageName === undefined ? undefined : packagedContainer(packages, packageName);
      await checkModel(cloud, input, packaged);
      if (models.has(name)) {
        throw new AwsError("ValidationException", `Cannot create already existing model "${ownArn}".`);
      }
      const now = Date.now();
      tags.create(ownArn, input.Tags);
      models.set(name, {
        name,
        arn: ownArn,
        created: now,
        modified: now,
        request: input,
        ...(packaged && { packaged }),
      });
      return { ModelArn: ownArn };
    },
    DescribeModel(input) {
      const model = findModel(cloud, models, input.ModelName);
      const { Tags: _tags, ...request } = model.request;
      return {
        ...request,
        EnableNetworkIsolation: request.EnableNetworkIsolation ?? false,
        ModelArn: model.arn,
        CreationTime: new Date(model.created),
      };
    },
    ListModels(input) {
      const { items, nextToken } = listPage(models.all(), input);
      return {
        Models: items.map((model) => ({
          ModelName: model.name,
          ModelArn: model.arn,
          CreationTime: new Date(model.created),
        })),
        NextToken: nextToken,
      };
    },
    DeleteModel(input) {
      const model = findModel(cloud, models, input.ModelName);
      models.delete(model.name);
      tags.remove(model.arn);
      return {};
    },
  };
}

async function checkModel(
  cloud: Cloud,
  request: ModelRequest,
  packaged: ContainerDefinition | undefined,
): Promise<void> {
  const refuse = (message: string) => {
    throw new AwsError("ValidationException", message);
  };
  if (request.ExecutionRoleArn === undefined) refuse("Execution role ARN is required for a model.");
  const containers = request.Containers ?? [];
  if ((request.PrimaryContainer === undefined) === (containers.length === 0)) {
    refuse("Give either PrimaryContainer or Containers.");
  }
  if (containers.length > 1) refuse("The local SageMaker does not implement inference pipelines.");
  const { Image: image } = containerOf({ request, ...(packaged && { packaged }) });
  const { Mode, ModelDataUrl } = containerOf({ request });
  if (Mode === "MultiModel" && ModelDataUrl === undefined) {
    refuse("A multi-model container needs the ModelDataUrl below which its models lie.");
  }
  if (image === undefined) refuse("The local SageMaker needs a container with an Image.");
  else await cloud.containers.check({ image, program: "serve" });
}
