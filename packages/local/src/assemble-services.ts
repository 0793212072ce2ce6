import { announceEndpoints, announceJobs } from "./announce/state-changes.js";
import { createAutoscalingOperations } from "./autoscaling/operations.js";
import { createScaler } from "./autoscaling/scaler.js";
import { followEndpoints, type ScalingRecords } from "./autoscaling/scaling-records.js";
import { createScheduler } from "./autoscaling/scheduler.js";
import type { Cloud } from "./cloud.js";
import { createEcrOperations, type Repository } from "./ecr/operations.js";
import { HONOURED } from "./honoured-tables.js";
import { createIamOperations } from "./iam/operations.js";
import { passingRoles } from "./iam/pass-role.js";
import { openRoles } from "./iam/roles.js";
import { createLogOperations } from "./logs/operations.js";
import { type Alarm, createAlarmWatch } from "./metrics/alarms.js";
import { createEndpointMetrics } from "./metrics/endpoint-metrics.js";
import { MetricStore } from "./metrics/metric-store.js";
import { createMetricOperations } from "./metrics/operations.js";
import { createProcessMetrics } from "./metrics/process-metrics.js";
import { createTrainingMetrics } from "./metrics/training-metrics.js";
import type { PageSources } from "./page/read-status.js";
import { createPage } from "./page/serve-page.js";
import { createAsyncQueue } from "./runtime/async-queue.js";
import { createDataCapture } from "./runtime/data-capture.js";
import { createRuntimeService } from "./runtime/service.js";
import { createEndpointConfigOperations, type EndpointConfig } from "./sagemaker/hosting/endpoint-configs.js";
import { createEndpointService } from "./sagemaker/hosting/endpoints.js";
import { createModelOperations, type Model } from "./sagemaker/hosting/models.js";
import { createProcessingService } from "./sagemaker/processing/operations.js";
import type { ModelPackage } from "./sagemaker/registry/model-package.js";
import { createRegistryOperations } from "./sagemaker/registry/operations.js";
import { createTagStore } from "./sagemaker/tags.js";
import { createTrainingService } from "./sagemaker/training/operations.js";
import { createTransformService } from "./sagemaker/transform/operations.js";
import { createTuningService } from "./sagemaker/tuning/operations.js";
import type { Services } from "./server.js";
import { createStsOperations } from "./sts/operations.js";
import type { TemporaryKeys } from "./sts/temporary-keys.js";
import { createService } from "./wire/service.js";
import type { Credentials } from "./wire/sigv4.js";

/** Length of a bucket of metrics, which is CloudWatch's finest common period. */
const METRIC_BUCKET_MS = 10_000;

/** The services of a server, and what its life needs. */
export interface AssembledServices {
  readonly services: Services;
  /** Ends what goes by the clock, and resolves when all that runs has ended. `cloud.closing` is aborted before. */
  close(): Promise<void>;
}

/** Makes every service over the shared parts. Endpoints that were in service begin to start. */
export function assembleServices(
  cloud: Cloud,
  credentials: Credentials,
  pageActions: boolean,
): AssembledServices {
  const { records } = cloud;
  const tags = createTagStore(records.open("tags"));
  const models = records.open<Model>("models");
  const packages = records.open<ModelPackage>("model-packages");
  const configs = records.open<EndpointConfig>("endpoint-configs");
  const alarms = records.open<Alarm>("alarms");
  const roles = openRoles(cloud);
  const sessions = records.open<TemporaryKeys>("sts-sessions");
  announceJobs(cloud);
  const metrics = new MetricStore(Math.max(1, Math.round(METRIC_BUCKET_MS * cloud.timeScale)));
  const recordTraining = createTrainingMetrics(metrics);
  const training = createTrainingService(cloud, tags, (jobName, metric) => {
    recordTraining(jobName, metric);
    tuning.onMetric(jobName, metric);
  });
  const tuning = createTuningService(cloud, tags, training);
  const processing = createProcessingService(cloud, tags);
  const transform = createTransformService(cloud, tags, models);
  const endpoints = createEndpointService({
    cloud,
    tags,
    configs,
    models,
    hasAlarm: (name) => alarms.has(name),
    inAlarm: (names) => names.filter((name) => alarms.get(name)?.state === "ALARM"),
  });
  announceEndpoints(cloud, endpoints.deployment);
  const endpointMetrics = createEndpointMetrics(metrics, endpoints, (name) => queue.backlog(name));
  const processMetrics = createProcessMetrics(metrics, endpoints);
  const queue = createAsyncQueue(cloud, endpoints, endpointMetrics.record);
  const capture = createDataCapture(cloud);
  const scaling: ScalingRecords = {
    targets: records.open("scalable-targets"),
    policies: records.open("scaling-policies"),
    activities: records.open("scaling-activities"),
    scheduled: records.open("scheduled-actions"),
    alarms,
  };
  followEndpoints(scaling, endpoints);
  const watch = createAlarmWatch(alarms, metrics, cloud.timeScale, createScaler(cloud, endpoints, scaling));
  const runScheduled = createScheduler(cloud, endpoints, scaling);
  const clock = setInterval(() => {
    endpointMetrics.sample();
    processMetrics.sample();
    watch.tick(Date.now());
    runScheduled(Date.now());
  }, metrics.bucketMs);
  const sagemaker = createService(
    "sagemaker",
    {
      ...tags.operations,
      ...training.operations,
      ...tuning.operations,
      ...processing.operations,
      ...transform.operations,
      ...createModelOperations(cloud, tags, models, packages),
      ...createRegistryOperations(cloud, tags, packages),
      ...createEndpointConfigOperations(cloud, tags, configs, models),
      ...endpoints.operations,
    },
    HONOURED.sagemaker,
  );
  const page: PageSources = {
    cloud,
    sagemaker,
    endpoints,
    metrics,
    activities: scaling.activities,
    backlog: queue.backlog,
  };
  return {
    services: {
      page: createPage(page, pageActions),
      cloud,
      credentials,
      sessions,
      byScope: {
        sagemaker: passingRoles(sagemaker, roles),
        "application-autoscaling": createService(
          "application-autoscaling",
          createAutoscalingOperations(cloud, endpoints, scaling),
          HONOURED["application-autoscaling"],
        ),
        monitoring: createService(
          "cloudwatch",
          createMetricOperations(cloud, metrics, alarms),
          HONOURED.cloudwatch,
        ),
        logs: createService("logs", createLogOperations(cloud.logs, cloud), HONOURED.logs),
        ecr: createService(
          "ecr",
          createEcrOperations(cloud, records.open<Repository>("repositories")),
          HONOURED.ecr,
        ),
        sts: createService("sts", createStsOperations(cloud, roles, sessions), HONOURED.sts),
        iam: createService("iam", createIamOperations(cloud, roles), HONOURED.iam),
      },
      runtime: createRuntimeService(cloud, endpoints, queue, endpointMetrics.record, capture),
    },
    async close() {
      clearInterval(clock);
      await Promise.all([
        endpoints.close(),
        training.settled(),
        tuning.settled(),
        processing.settled(),
        transform.settled(),
        queue.close(),
        capture.close(),
      ]);
    },
  };
}
