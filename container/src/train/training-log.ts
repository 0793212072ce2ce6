import { threadId } from "node:worker_threads";
import type { EpochResult } from "./fit-head.js";

/** One line of training output; SageMaker's metric definitions are regular expressions over it. */
export type LogLine = (message: string) => void;

/** Writes lines in the built-in algorithm's form: `[11/22/2026 04:49:15 INFO 140...] message`. */
export function trainingLog(
  write: (text: string) => void = (text) => void process.stdout.write(text),
): LogLine {
  return (message) => write(`[${timestamp(new Date())} INFO ${process.pid}${threadId}] ${message}\n`);
}

/** The lines of one epoch, worded as the built-in algorithm words them. */
export function epochLines(
  { epoch, train, validation, seconds }: EpochResult,
  topK: number | undefined,
): string[] {
  const top = (kind: string, value: number | undefined): string[] =>
    topK === undefined || value === undefined
      ? []
      : [`Epoch[${epoch}] ${kind}-top_k_accuracy_${topK}=${value.toFixed(6)}`];
  return [
    `Epoch[${epoch}] Train-accuracy=${train.accuracy.toFixed(6)}`,
    ...top("Train", train.topKAccuracy),
    `Epoch[${epoch}] Train-cross-entropy=${train.crossEntropy.toFixed(6)}`,
    `Epoch[${epoch}] Time cost=${seconds.toFixed(3)}`,
    `Epoch[${epoch}] Validation-accuracy=${validation.accuracy.toFixed(6)}`,
    ...top("Validation", validation.topKAccuracy),
    `Epoch[${epoch}] Validation-cross-entropy=${validation.crossEntropy.toFixed(6)}`,
  ];
}

function timestamp(date: Date): string {
  const [day, time] = date.toISOString().split("T");
  const [year, month, dayOfMonth] = day!.split("-");
  return `${month}/${dayOfMonth}/${year} ${time!.slice(0, 8)}`;
}
