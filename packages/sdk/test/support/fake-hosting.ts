import { type FakeAws, type Input, missing, Refusal } from "./fake-aws.js";

/** A SageMaker with one endpoint: takes the calls, and walks through the statuses it is told to. */
export class Hosting {
  readonly models = new Map<string, Input>();
  readonly configs = new Map<string, Input>();
  readonly tags = new Map<string, Input[]>();
  readonly targets = new Map<string, Input>();
  readonly policies = new Map<string, Input>();
  /** Endpoints beside the one, by name: the configuration that each has live. */
  readonly others = new Map<string, string>();
  /** Models of transform jobs that run, by the jobs' names. */
  readonly transforms = new Map<string, string>();
  endpoint:
    | { status: string; config: string; failureReason?: string; modified: number; instances: number }
    | undefined;
  /** Statuses that the next describes show, one each; the last stays. */
  script: { status: string; config?: "new" | "old"; failureReason?: string; instances?: number }[] = [];
  #old = "";
  #new = "";

  constructor(aws: FakeAws) {
    const arn = (kind: string, name: string) => `arn:aws:sagemaker:us-east-1:111122223333:${kind}/${name}`;
    const create =
      (kind: string, store: Map<string, Input>, key: string, arnKey: string) => (input: Input) => {
        if (store.has(input[key]))
          return new Refusal(400, "ValidationException", `Cannot create already existing ${kind}`);
        store.set(input[key], input);
        this.tags.set(arn(kind, input[key]), input.Tags);
        return { [arnKey]: arn(kind, input[key]) };
      };
    const describe =
      (kind: string, store: Map<string, Input>, key: string, arnKey: string) => (input: Input) =>
        store.has(input[key]) ? { ...store.get(input[key]), [arnKey]: arn(kind, input[key]) } : missing(kind);
    const remove = (kind: string, store: Map<string, Input>, key: string) => (input: Input) =>
      store.delete(input[key]) ? {} : missing(kind);
    aws
      .on("CreateModel", create("model", this.models, "ModelName", "ModelArn"))
      .on("DescribeModel", describe("model", this.models, "ModelName", "ModelArn"))
      .on("DeleteModel", remove("model", this.models, "ModelName"))
      .on("ListModels", ({ NameContains }) => ({
        Models: [...this.models.keys()]
          .filter((name) => name.includes(NameContains))
          .map((ModelName) => ({ ModelName, ModelArn: arn("model", ModelName) })),
      }))
      .on(
        "CreateEndpointConfig",
        create("endpoint-config", this.configs, "EndpointConfigName", "EndpointConfigArn"),
      )
      .on(
        "DescribeEndpointConfig",
        describe("endpoint-config", this.configs, "EndpointConfigName", "EndpointConfigArn"),
      )
      .on("DeleteEndpointConfig", remove("endpoint-config", this.configs, "EndpointConfigName"))
      .on("ListEndpointConfigs", ({ NameContains, NextToken }) => {
        const names = [...this.configs.keys()].filter((name) => name.includes(NameContains));
        const at = Number(NextToken ?? 0); // One a page.
        return {
          EndpointConfigs: names.slice(at, at + 1).map((EndpointConfigName) => ({ EndpointConfigName })),
          NextToken: at + 1 < names.length ? String(at + 1) : undefined,
        };
      })
      .on("ListTags", ({ ResourceArn }) => ({ Tags: this.tags.get(ResourceArn) ?? [] }))
      .on("CreateEndpoint", (input) => {
        if (this.endpoint !== undefined)
          return new Refusal(400, "ValidationException", "Cannot create already existing endpoint");
        this.#new = input.EndpointConfigName;
        this.#old = this.#new;
        this.endpoint = { status: "Creating", config: this.#new, modified: 1, instances: 1 };
        if (this.script.length === 0) this.script = [{ status: "Creating" }, { status: "InService" }];
        return { EndpointArn: arn("endpoint", "drivers") };
      })
      .on("UpdateEndpoint", (input) => {
        const endpoint = this.endpoint;
        if (endpoint === undefined) return missing("endpoint");
        if (endpoint.config === input.EndpointConfigName)
          return new Refusal(400, "ValidationException", "Cannot update to the live config");
        this.#old = endpoint.config;
        this.#new = input.EndpointConfigName;
        endpoint.modified += 1;
        if (this.script.length === 0) {
          this.script = [
            { status: "Updating", config: "old" },
            { status: "InService", config: "new" },
          ];
        }
        return {};
      })
      .on("DeleteEndpoint", () => {
        if (this.endpoint === undefined) return missing("endpoint");
        this.endpoint.status = "Deleting";
        this.script = [{ status: "Deleting" }, { status: "Gone" }];
        return {};
      })
      .on("ListEndpoints", () => ({
        Endpoints: [...(this.endpoint === undefined ? [] : ["drivers"]), ...this.others.keys()].map(
          (EndpointName) => ({ EndpointName }),
        ),
      }))
      .on("ListTransformJobs", () => ({
        TransformJobSummaries: [...this.transforms.keys()].map((TransformJobName) => ({ TransformJobName })),
      }))
      .on("DescribeTransformJob", ({ TransformJobName }) => ({
        ModelName: this.transforms.get(TransformJobName),
      }))
      .on("DescribeEndpoint", ({ EndpointName }) => {
        const other = this.others.get(EndpointName);
        if (other !== undefined) return { EndpointStatus: "InService", EndpointConfigName: other };
        const endpoint = this.endpoint;
        if (endpoint === undefined) return missing("endpoint");
        const step = this.script.shift();
        if (step !== undefined) {
          endpoint.status = step.status;
          endpoint.config = step.config === "old" ? this.#old : this.#new || endpoint.config;
          if (step.failureReason !== undefined) endpoint.failureReason = step.failureReason;
          else delete endpoint.failureReason;
          endpoint.instances = step.instances ?? endpoint.instances;
        }
        if (endpoint.status === "Gone") {
          this.endpoint = undefined;
          return missing("endpoint");
        }
        return {
          EndpointArn: arn("endpoint", "drivers"),
          EndpointStatus: endpoint.status,
          EndpointConfigName: endpoint.config,
          FailureReason: endpoint.failureReason,
          LastModifiedTime: endpoint.modified,
          ProductionVariants: [{ VariantName: "AllTraffic", CurrentInstanceCount: endpoint.instances }],
        };
      })
      .on("RegisterScalableTarget", (input) => {
        this.targets.set(input.ResourceId, input);
        return {};
      })
      .on("DeregisterScalableTarget", (input) =>
        this.targets.delete(input.ResourceId)
          ? {}
          : new Refusal(400, "ObjectNotFoundException", "No scalable target found"),
      )
      .on("DescribeScalableTargets", ({ ResourceIds }) => ({
        ScalableTargets: ResourceIds.flatMap((id: string) => this.targets.get(id) ?? []),
      }))
      .on("PutScalingPolicy", (input) => {
        this.policies.set(input.PolicyName, input);
        return {};
      })
      .on("DescribeScalingPolicies", () => ({ ScalingPolicies: [...this.policies.values()] }))
      .on("DeleteScalingPolicy", (input) => {
        this.policies.delete(input.PolicyName);
        return {};
      })
      .on("DescribeLogStreams", () => ({
        logStreams: [{ logStreamName: "AllTraffic/i-1", lastEventTimestamp: 1 }],
      }))
      .on("GetLogEvents", () => ({ events: [{ timestamp: 1, message: "Error: no model.onnx\n" }] }));
  }
}
