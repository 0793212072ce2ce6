import type { Hyperparameters } from "@sightline/contract/hyperparameters";

/** Why a training ended. */
export type FitEnd = "epochs" | "early-stopping" | "stopped";

/** The epochs without improvement, one more or none again: a rise of less than `tolerance` of the best does not count. */
export function staleAfter(
  stale: number,
  score: number,
  best: number | undefined,
  tolerance: number,
): number {
  return best === undefined || score > best * (1 + tolerance) ? 0 : stale + 1;
}

/** True once `early_stopping` asks for the end: `epoch` epochs have ended, the last `stale` of them without improvement. */
export function shouldStopEarly(
  { epoch, stale }: { readonly epoch: number; readonly stale: number },
  settings: Pick<Hyperparameters, "earlyStopping" | "earlyStoppingMinEpochs" | "earlyStoppingPatience">,
): boolean {
  const { earlyStopping, earlyStoppingMinEpochs, earlyStoppingPatience } = settings;
  return earlyStopping && epoch >= earlyStoppingMinEpochs && stale >= earlyStoppingPatience;
}
