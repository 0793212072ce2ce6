import type { DetectionEpoch } from "./fit-detector.js";

/** The lines of one epoch, worded as the built-in object detection words them. */
export function detectionLines(
  { epoch, crossEntropy, smoothL1, validation, isBest, seconds }: DetectionEpoch,
  job: {
    readonly host: string;
    readonly pictures: number;
    readonly batches: number;
    readonly epochs: number;
  },
): string[] {
  const quality = `#quality_metric: host=${job.host}, epoch=${epoch},`;
  const mAP = validation.mean.toFixed(6);
  return [
    `${quality} batch=${job.batches} train cross_entropy <loss>=(${crossEntropy.toFixed(6)})`,
    `${quality} batch=${job.batches} train smooth_l1 <loss>=(${smoothL1.toFixed(6)})`,
    `#throughput_metric: host=${job.host}, train throughput=${(job.pictures / seconds).toFixed(1)} records/second`,
    `${quality} validation mAP <score>=(${mAP})`,
    ...(isBest ? [`Updating the best model with validation-mAP=${mAP}`] : []),
    `#progress_metric: host=${job.host}, completed ${Math.floor((100 * (epoch + 1)) / job.epochs)} % of epochs`,
  ];
}
