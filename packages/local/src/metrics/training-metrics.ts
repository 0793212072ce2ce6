import type { RecordTrainingMetric } from "../sagemaker/training/run-job.js";
import type { MetricStore } from "./metric-store.js";

/** Namespace of the metrics that training jobs print. */
const NAMESPACE = "/aws/sagemaker/TrainingJobs";

/** Makes the recorder of what training jobs print. Source: "View training job metrics" of the SageMaker guide. */
export function createTrainingMetrics(metrics: MetricStore): RecordTrainingMetric {
  return (TrainingJobName, { name, value, timeMs }) =>
    metrics.record({ namespace: NAMESPACE, name, dimensions: { TrainingJobName } }, value, "None", timeMs);
}
