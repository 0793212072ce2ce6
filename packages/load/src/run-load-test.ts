import { availableParallelism } from "node:os";
import { type LongWork, longWork, type Tell } from "@sightline/foundation/long-work";
import { Generators } from "./generate/generators.js";
import { sharedNow } from "./measure/clock.js";
import { figuresOf } from "./measure/figures.js";
import { checkOptions, type LoadEvent, type LoadOptions } from "./options.js";
import { describeStep } from "./plan.js";
import { Recorder, saturationOf } from "./recorder.js";
import { writeReport } from "./report/write-report.js";
import type { LoadEnding, LoadResult } from "./result.js";
import { prepareTarget } from "./target/prepare-target.js";
import type { LoadTarget } from "./target/target.js";
import { EndpointWatch } from "./watch/watch-endpoint.js";

/**
 * Puts load on an endpoint, a REST API or a URL, step after step, and measures what it bears. Latency counts from when
 * a request should have begun, so that a slow answer, or a generator out of breath, hides no other request's wait.
 *
 * Await the result, iterate for seconds. A test that is cancelled rejects, and has written its report of what was done
 * when `out` is given.
 *
 * @throws {RangeError} for options out of range
 * @throws {TypeError} for a URL that is none
 * @throws {TargetError} when an endpoint's requests cannot be signed
 * @throws {LoadError} when a generator breaks
 * @example
 * ```ts
 * const target = { endpointName: "drivers", bodies: await readBodies("photos") };
 * const steps = [400, 800, 1200].map((users) => ({ users, seconds: 600 }));
 * const result = await runLoadTest(target, { steps, thinkSeconds: [0.1, 0.5], out: "load-test" });
 * result.saturation.recommendedInvocationsPerInstancePerMinute; // 6000
 * ```
 */
export function runLoadTest(target: LoadTarget, options: LoadOptions): LongWork<LoadEvent, LoadResult> {
  checkOptions(target, options);
  const { signal } = options;
  return longWork<LoadEvent, LoadResult>((inner, tell) => run(target, options, inner, tell), {
    signal,
    progress: ["second"],
  });
}

async function run(
  target: LoadTarget,
  options: LoadOptions,
  signal: AbortSignal,
  tell: Tell<LoadEvent>,
): Promise<LoadResult> {
  const { steps, thinkSeconds = [0.1, 0.5], timeoutSeconds = 60, maxErrorShare = 0.1, out } = options;
  const { workers = Math.max(1, Math.min(4, availableParallelism() - 1)) } = options;
  const { maxRequests = Number.MAX_SAFE_INTEGER } = options;
  const notes: string[] = [];
  const prepared = await prepareTarget(target);
  const recorder = new Recorder(steps);
  let ending: LoadEnding = "done";
  let stepTold = -1;
  const stop = (why: LoadEnding) => {
    if (ending === "done") ending = why;
    generators.stop();
  };
  const generators = new Generators(
    {
      origin: prepared.origin,
      requests: prepared.requests,
      steps,
      thinkMs: [thinkSeconds[0] * 1000, thinkSeconds[1] * 1000],
      timeoutMs: timeoutSeconds * 1000,
    },
    workers,
    maxRequests,
    (second) => {
      const row = recorder.add(second);
      if (row.step > stepTold) {
        stepTold = row.step;
        void tell({ kind: "step", index: row.step, step: steps[row.step]! });
      }
      void tell({ kind: "second", ...row });
      if (recorder.failureShare() > maxErrorShare) stop("error-rate");
    },
  );
  const onAbort = () => stop("aborted");
  const watched = "endpointName" in target ? target.endpointName : target.watchEndpoint;
  const variant = "endpointName" in target ? target.variantName : undefined;
  const watch = watched === undefined ? undefined : new EndpointWatch(watched, variant, notes);
  try {
    await watch?.looked;
    prepared.onRenewed((requests) => generators.renew(requests), notes);
    const startsAt = await generators.go();
    const startedAt = new Date(Date.now() + startsAt - sharedNow()).toISOString();
    const cpu = process.cpuUsage();
    watch?.begin();
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    await generators.ended();
    const seconds = Math.max(0, (sharedNow() - startsAt) / 1000);
    const { user, system } = process.cpuUsage(cpu);
    const endpoint = await watch?.finish();
    if (ending === "done" && recorder.total.requests >= maxRequests) ending = "max-requests";
    const stepResults = recorder.steps(seconds, endpoint);
    const { total } = recorder;
    const cpuSeconds = (user + system) / 1e6;
    const lateShare = total.requests > 0 ? total.late / total.requests : 0;
    if (lateShare > 0.05) {
      notes.push(
        `The generator was out of breath: ${(lateShare * 100).toFixed(0)} % of requests began late, up to ${total.worstLateMs.toFixed(0)} ms. Use more workers, or several machines.`,
      );
    }
    const saturation = saturationOf(stepResults);
    if (!saturation.reached) {
      const last = steps.at(-1)!;
      notes.push(
        `${describeStep(last)} did not reach the limit: an instance may bear more than is told here.`,
      );
    }
    const result: LoadResult = {
      target: { method: prepared.requests[0]!.method, name: prepared.name, origin: prepared.origin },
      startedAt,
      seconds,
      ending,
      total: figuresOf(total, seconds),
      steps: stepResults,
      failures: recorder.failures(),
      history: recorder.history,
      saturation,
      generator: {
        workers,
        cpuSeconds,
        requestsPerCpuSecond: cpuSeconds > 0 ? total.requests / cpuSeconds : 0,
        lateShare,
        worstLateMs: total.worstLateMs,
      },
      endpoint,
      notes,
    };
    if (out !== undefined) await writeReport(out, result);
    signal.throwIfAborted();
    return result;
  } finally {
    signal.removeEventListener("abort", onAbort);
    prepared.close();
    await watch?.close();
    generators.stop();
    await generators.close();
  }
}
