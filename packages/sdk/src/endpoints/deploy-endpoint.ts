import { type LongWork, longWork } from "@sightline/foundation/long-work";
import { call, isAlreadyExisting } from "../aws/call.js";
import { checkWait } from "../aws/poll.js";
import { nameWith } from "../checks/fingerprint.js";
import { checkResourceName } from "../checks/names.js";
import { checkEnvironment } from "../checks/numbers.js";
import { ENDPOINT_TAG, toTagList } from "../checks/tags.js";
import { InvalidInputError } from "../errors.js";
import { createModel, modelFingerprint } from "../models/create-model.js";
import { createModelFromPackage } from "../registry/create-model-from-package.js";
import type { Session } from "../session.js";
import { checkAutoscaling } from "./autoscaling-options.js";
import type { DeployEndpointOptions, Deployment } from "./deploy-options.js";
import { checkDeployment, toDeploymentConfig } from "./deployment-strategy.js";
import { deregisterAutoscaling } from "./deregister-autoscaling.js";
import type { EndpointState } from "./describe-endpoint.js";
import { type DeployEvent, type Endpoint, VARIANT_NAME } from "./endpoint.js";
import { checkEndpointConfig, ensureEndpointConfig } from "./endpoint-config.js";
import { type Plan, planChange } from "./plan-change.js";
import { recover, tidyUp } from "./recover-deployment.js";
import { registerAutoscaling } from "./register-autoscaling.js";
import { type EndpointWait, settleEndpoint } from "./settle-endpoint.js";
import { waitUntilLive } from "./wait-until-live.js";

/**
 * Creates the endpoint or updates it, waits, and proves that what was asked for is what serves; then
 * registers autoscaling. Done twice, the second time changes nothing.
 *
 * An endpoint that is being changed is waited for first; one that has Failed serves nothing and cannot be
 * updated, so it is removed and made anew. An abort, and leaving the loop over its events, end the waiting, not the
 * deployment.
 *
 * @param options `timeoutMs` default: 4 hours
 * @throws InvalidInputError naming the field, the rule and the remedy.
 * @throws EndpointFailedError when it does not come to serve the new configuration; a rollback is one.
 * @throws WaitTimeoutError
 * @example
 * ```ts
 * const deploying = deployEndpoint(session, { name: "drivers", model, instance: { type: "ml.m5.xlarge" } });
 * for await (const event of deploying) console.log(event.kind); // model, config, status, status
 * const endpoint = await deploying;
 * ```
 */
export function deployEndpoint(
  session: Session,
  options: DeployEndpointOptions,
): LongWork<DeployEvent, Endpoint> {
  return longWork((signal, tell) => deploy(session, { ...options, signal, tell }), options);
}

async function deploy(session: Session, options: Deployment): Promise<Endpoint> {
  checkOptions(options);
  const { name, signal } = options;
  const startedAt = Date.now();
  const wait: EndpointWait = {
    ...options,
    onStatus: (status) => options.tell({ kind: "status", status, seconds: (Date.now() - startedAt) / 1000 }),
  };
  const modelName = await ensureModel(session, options);
  const config = await ensureEndpointConfig(session, {
    ...options,
    endpointName: name,
    modelName,
    // An endpoint cannot be made without an instance; scaling takes it away.
    initialInstances: options.instance?.count ?? Math.max(1, options.autoscaling?.minInstances ?? 1),
    tags: options.tags,
    signal,
    raw: options.aws?.endpointConfig,
  });
  await options.tell({ kind: "config", name: config.name, created: config.created });

  const before = await readyForChange(session, options, wait);
  const plan = await planChange(session, options, config.name, before);
  const state = await apply(session, options, config.name, plan, before, wait).catch(
    async (error: unknown) => {
      await recover(session, options, { config, plan, before, error });
      throw error;
    },
  );

  if (options.autoscaling !== undefined) {
    await registerAutoscaling(session, name, options.autoscaling, { signal });
    const { minInstances, maxInstances } = options.autoscaling;
    await options.tell({ kind: "autoscaling", minInstances, maxInstances });
  }
  const { action } = plan;
  if (action === "updated" && before !== undefined && !options.keepFormer) {
    await tidyUp(session, options, before.configName);
  }
  return {
    kind: "endpoint",
    name,
    arn: state.arn,
    configName: config.name,
    modelName,
    variantName: VARIANT_NAME,
    isAsync: options.async !== undefined,
    action,
  };
}

function checkOptions(options: DeployEndpointOptions): void {
  checkWait(options);
  checkResourceName("name", options.name);
  checkEndpointConfig(options);
  checkEnvironment("environment", options.environment);
  if (options.autoscaling !== undefined) {
    checkAutoscaling(options.autoscaling);
    if (options.serverless !== undefined) {
      throw new InvalidInputError(
        "autoscaling",
        "used with instances",
        "serverless",
        "Set serverless.maxConcurrency.",
      );
    }
    if ((options.autoscaling.backlogPerInstance === undefined) === (options.async !== undefined)) {
      throw new InvalidInputError(
        "autoscaling",
        options.async === undefined ? "on invocations or concurrent requests" : "on backlogPerInstance",
        options.autoscaling,
        "The backlog is what an asynchronous endpoint measures, and only that.",
      );
    }
  }
  if (options.deployment !== undefined) checkDeployment(options.deployment);
}

async function ensureModel(session: Session, options: Deployment): Promise<string> {
  const { model, signal } = options;
  if (typeof model === "string") {
    checkResourceName("model", model);
    await call(session, "sagemaker", "DescribeModel", { ModelName: model }, { signal });
    return model;
  }
  if (model.kind === "model") return model.name;
  const tags = { ...options.tags, [ENDPOINT_TAG]: options.name };
  if (model.kind === "model-package") {
    const how = { ...options, tags, raw: options.aws?.model };
    const made = await createModelFromPackage(session, options.name, model, how);
    await options.tell({ kind: "model", ...made });
    return made.name;
  }
  const request = { ...options, model, aws: options.aws?.model };
  const made = await createModel(session, {
    ...request,
    name: nameWith(options.name, await modelFingerprint(session, request)),
    tags,
  });
  await options.tell({ kind: "model", name: made.name, created: made.created });
  return made.name;
}

/** Waits until the endpoint may be changed; removes one that never can be. */
async function readyForChange(
  session: Session,
  options: Deployment,
  wait: EndpointWait,
): Promise<EndpointState | undefined> {
  const { name, signal } = options;
  const settled = await settleEndpoint(session, name, wait);
  if (settled?.status !== "Failed") return settled;
  await call(session, "sagemaker", "DeleteEndpoint", { EndpointName: name }, { signal });
  await settleEndpoint(session, name, { ...wait, onStatus: undefined }, () => false);
  await options.tell({ kind: "removed", resource: "endpoint", name });
  return undefined;
}

/** What an update that keeps the instances takes from the new configuration all the same. */
function replaced({ weight, variants, shadow }: Deployment) {
  const isWeighed = weight !== undefined || variants !== undefined || shadow !== undefined;
  return [
    { VariantPropertyType: "DataCaptureConfig" as const },
    ...(isWeighed ? [{ VariantPropertyType: "DesiredWeight" as const }] : []),
  ];
}

async function apply(
  session: Session,
  options: Deployment,
  configName: string,
  plan: Plan,
  before: EndpointState | undefined,
  wait: EndpointWait,
): Promise<EndpointState> {
  const { name, signal } = options;
  const raw = options.aws?.endpoint;
  const names = { EndpointName: name, EndpointConfigName: configName };
  if (plan.action === "created") {
    const Tags = toTagList(session, options.tags, { [ENDPOINT_TAG]: name });
    try {
      await call(session, "sagemaker", "CreateEndpoint", { ...names, Tags }, { signal, raw });
    } catch (error) {
      // Our own request, sent again by the AWS client: waitUntilLive() proves whose configuration it is.
      if (!isAlreadyExisting(error)) throw error;
    }
  }
  if (plan.action === "updated") {
    if (plan.endScaling) await deregisterAutoscaling(session, name, { signal });
    const request = {
      ...names,
      ...(plan.retain
        ? { RetainAllVariantProperties: true, ExcludeRetainedVariantProperties: replaced(options) }
        : {}),
      ...(options.deployment === undefined
        ? {}
        : { DeploymentConfig: toDeploymentConfig(options.deployment) }),
    };
    await call(session, "sagemaker", "UpdateEndpoint", request, { signal, raw });
  }
  return waitUntilLive(session, name, configName, before, wait);
}
