import { call, isAlreadyExisting, type RawParameters } from "../aws/call.js";
import { nameWith } from "../checks/fingerprint.js";
import { checkResourceName } from "../checks/names.js";
import { checkEnvironment } from "../checks/numbers.js";
import { ENDPOINT_TAG, toTagList } from "../checks/tags.js";
import { InvalidInputError } from "../errors.js";
import { createModel, modelFingerprint } from "../models/create-model.js";
import type { Model, ModelArtifact } from "../models/model.js";
import type { Session } from "../session.js";
import type { NetworkOptions } from "../training/training-options.js";
import type { WaitOptions } from "../wait/poll.js";
import {
  type AutoscalingOptions,
  checkAutoscaling,
  deregisterAutoscaling,
  isRegistered,
  registerAutoscaling,
} from "./autoscaling.js";
import { checkDeployment, type DeploymentStrategy, toDeploymentConfig } from "./deployment-strategy.js";
import { type DeployEvent, type Endpoint, VARIANT_NAME } from "./endpoint.js";
import { checkEndpointConfig, type EndpointConfigOptions, ensureEndpointConfig } from "./endpoint-config.js";
import { removeFormerConfig } from "./former-config.js";
import { type EndpointState, type EndpointWait, settleEndpoint, waitUntilLive } from "./wait-for-endpoint.js";

export interface DeployEndpointOptions extends EndpointConfigOptions, WaitOptions {
  readonly name: string;
  /** A training job's result, an uploaded artefact, a model, or an existing model's name. */
  readonly model: ModelArtifact | Model | string;
  /** Environment of the container (with an artefact). */
  readonly environment?: Readonly<Record<string, string>>;
  readonly network?: NetworkOptions;
  /** Registered once the endpoint serves. Left out, what is registered stays. */
  readonly autoscaling?: AutoscalingOptions;
  /** How an update moves the traffic. Default: all at once. */
  readonly deployment?: DeploymentStrategy;
  /**
   * Keep the number of instances that runs, instead of going back to `instance.count`. Default: true with
   * autoscaling or without `instance.count`.
   */
  readonly retainInstances?: boolean;
  /** Keep the configuration and model that an update replaces. Default false: those made by this package go. */
  readonly keepFormer?: boolean;
  /** Default: the session's. */
  readonly role?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly onEvent?: (event: DeployEvent) => void;
  /** Raw parameters of each of the requests. */
  readonly aws?: {
    readonly model?: RawParameters;
    readonly endpointConfig?: RawParameters;
    /** Of CreateEndpoint and UpdateEndpoint. */
    readonly endpoint?: RawParameters;
  };
}

/**
 * Creates the endpoint or updates it, waits, and proves that what was asked for is what serves; then
 * registers autoscaling. Done twice, the second time changes nothing.
 *
 * An endpoint that is being changed is waited for first; one that has Failed serves nothing and cannot be
 * updated, so it is removed and made anew. An abort ends the waiting, not the deployment.
 *
 * @param options `timeoutMs` default: 4 hours
 * @throws InvalidInputError naming the field, the rule and the remedy.
 * @throws EndpointFailedError when it does not come to serve the new configuration; a rollback is one.
 * @throws WaitTimeoutError
 */
export async function deployEndpoint(session: Session, options: DeployEndpointOptions): Promise<Endpoint> {
  checkOptions(options);
  const { name, signal } = options;
  const startedAt = Date.now();
  const wait: EndpointWait = {
    ...options,
    onStatus: (status) =>
      options.onEvent?.({ kind: "status", status, seconds: (Date.now() - startedAt) / 1000 }),
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
  options.onEvent?.({ kind: "config", name: config.name, created: config.created });

  const before = await readyForChange(session, options, wait);
  const action = await apply(session, options, config.name, before, wait);
  const state = await waitUntilLive(session, name, config.name, before, wait);

  if (options.autoscaling !== undefined) {
    await registerAutoscaling(session, name, options.autoscaling, { signal });
    const { minInstances, maxInstances } = options.autoscaling;
    options.onEvent?.({ kind: "autoscaling", minInstances, maxInstances });
  }
  if (action === "updated" && before !== undefined && !options.keepFormer) {
    await tidyUp(session, options, before.configName, modelName);
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
  options.signal?.throwIfAborted();
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

async function ensureModel(session: Session, options: DeployEndpointOptions): Promise<string> {
  const { model, signal } = options;
  if (typeof model === "string") {
    checkResourceName("model", model);
    await call(session, "sagemaker", "DescribeModel", { ModelName: model }, { signal });
    return model;
  }
  if (model.kind === "model") return model.name;
  const request = { ...options, model, aws: options.aws?.model };
  const made = await createModel(session, {
    ...request,
    name: nameWith(options.name, await modelFingerprint(session, request)),
    tags: { ...options.tags, [ENDPOINT_TAG]: options.name },
  });
  options.onEvent?.({ kind: "model", name: made.name, created: made.created });
  return made.name;
}

/** The deployment has succeeded by now: what cannot be removed is told, and does not undo that. */
async function tidyUp(
  session: Session,
  options: DeployEndpointOptions,
  formerConfig: string,
  modelName: string,
): Promise<void> {
  try {
    const removed = await removeFormerConfig(session, options.name, formerConfig, modelName, options.signal);
    for (const gone of removed) options.onEvent?.({ kind: "removed", ...gone });
  } catch (error) {
    if (options.signal?.aborted) throw options.signal.reason;
    const message = `The former configuration ${formerConfig} was not removed: ${(error as Error).message}`;
    session.logger?.warn(message);
    options.onEvent?.({ kind: "warning", message });
  }
}

/** Waits until the endpoint may be changed; removes one that never can be. */
async function readyForChange(
  session: Session,
  options: DeployEndpointOptions,
  wait: EndpointWait,
): Promise<EndpointState | undefined> {
  const { name, signal } = options;
  const settled = await settleEndpoint(session, name, wait);
  if (settled?.status !== "Failed") return settled;
  await call(session, "sagemaker", "DeleteEndpoint", { EndpointName: name }, { signal });
  await settleEndpoint(session, name, { ...wait, onStatus: undefined }, () => false);
  options.onEvent?.({ kind: "removed", resource: "endpoint", name });
  return undefined;
}

async function apply(
  session: Session,
  options: DeployEndpointOptions,
  configName: string,
  before: EndpointState | undefined,
  wait: EndpointWait,
): Promise<Endpoint["action"]> {
  const { name, signal } = options;
  const raw = options.aws?.endpoint;
  if (before === undefined) {
    const Tags = toTagList(session, options.tags, { [ENDPOINT_TAG]: name });
    try {
      const request = { EndpointName: name, EndpointConfigName: configName, Tags };
      await call(session, "sagemaker", "CreateEndpoint", request, { signal, raw });
      return "created";
    } catch (error) {
      // Our own request, sent again by the AWS client: waitUntilLive() proves whose configuration it is.
      if (!isAlreadyExisting(error)) throw error;
      return "created";
    }
  }
  // An update to the live configuration is refused; there is nothing to do either.
  if (before.configName === configName && before.status === "InService") return "unchanged";
  const scaled = options.instance !== undefined && (await isRegistered(session, name, VARIANT_NAME, signal));
  const retain =
    options.instance !== undefined &&
    before.variants.some((variant) => variant.name === VARIANT_NAME) &&
    (options.retainInstances ??
      (options.autoscaling !== undefined || scaled || options.instance.count === undefined));
  if (scaled) await makeWayForInstanceType(session, options, before);
  const request = {
    EndpointName: name,
    EndpointConfigName: configName,
    ...(retain ? { RetainAllVariantProperties: true } : {}),
    ...(options.deployment === undefined ? {} : { DeploymentConfig: toDeploymentConfig(options.deployment) }),
  };
  await call(session, "sagemaker", "UpdateEndpoint", request, { signal, raw });
  wait.onStatus?.("Updating", 0);
  return "updated";
}

/**
 * While a variant is registered for scaling, an update that changes its instance type fails. Its scaling is
 * ended then, provided that the caller says what is to follow.
 */
async function makeWayForInstanceType(
  session: Session,
  options: DeployEndpointOptions,
  before: EndpointState,
): Promise<void> {
  const { name, signal } = options;
  const config = await call(
    session,
    "sagemaker",
    "DescribeEndpointConfig",
    { EndpointConfigName: before.configName },
    { signal },
  );
  const live = config.ProductionVariants?.find(
    (variant) => variant.VariantName === VARIANT_NAME,
  )?.InstanceType;
  if (live === options.instance?.type) return;
  if (options.autoscaling === undefined) {
    throw new InvalidInputError(
      "autoscaling",
      `given when the instance type changes (from ${live})`,
      undefined,
      "The registered scaling has to be ended for that; say what is to follow.",
    );
  }
  await deregisterAutoscaling(session, name, { signal });
}
