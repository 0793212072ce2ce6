import type { Cloud } from "../../cloud.js";
import type { Program, ProgramExit } from "../../process/child-pool.js";

/** SIGTERM to SIGKILL when a job is stopped: 120 s on AWS. */
const STOP_GRACE_MS = 120_000;
/** A timer cannot count further than 2^31-1 ms: 24.8 days, where AWS allows 28. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** How the programs of a job ended. */
export interface SupervisedHosts {
  /** The first that failed, by time: what the others say may only be that they were stopped for it. */
  readonly failed: { readonly host: number; readonly exit: ProgramExit } | undefined;
  readonly timedOut: boolean;
}

/**
 * Waits for the programs of all hosts of a job. They are stopped when `stop` is aborted, when the time
 * is up, and when one of them fails: the others would wait for it for ever.
 */
export async function superviseHosts(
  cloud: Cloud,
  programs: readonly Program[],
  stop: AbortSignal,
  maxRuntimeSeconds: number,
): Promise<SupervisedHosts> {
  const stopAll = () => {
    for (const program of programs) void program.stop(STOP_GRACE_MS * cloud.timeScale);
  };
  let timedOut = false;
  let failed: SupervisedHosts["failed"];
  const onTime = () => {
    timedOut = true;
    stopAll();
  };
  const timer = setTimeout(onTime, Math.min(maxRuntimeSeconds * 1000 * cloud.timeScale, MAX_TIMER_MS));
  if (stop.aborted) stopAll();
  stop.addEventListener("abort", stopAll, { once: true });
  try {
    const watched = programs.map(async (program, host) => {
      const exit = await program.exited;
      if (exit.code === 0) return;
      failed ??= { host, exit };
      stopAll();
    });
    await Promise.all(watched);
    return { failed, timedOut };
  } finally {
    clearTimeout(timer);
    stop.removeEventListener("abort", stopAll);
  }
}
