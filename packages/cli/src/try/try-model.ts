import { setTimeout as sleep } from "node:timers/promises";
import { CliError } from "../errors.js";
import type { OpenedModel } from "./open-model.js";
import { type StandardRequest, standardRequests } from "./standard-requests.js";
import { type Runner, type Serving, startServe } from "./start-serve.js";

/** How one request went. */
export interface Trial {
  readonly name: string;
  /** What is wrong; undefined for a good answer. */
  readonly problem?: string;
  readonly status: number;
  readonly milliseconds: number;
  /** The answer in short. */
  readonly answer: string;
}

/** How a model does. */
export interface Verdict {
  readonly good: boolean;
  /** From the start to the first ping that was answered with 200. */
  readonly healthySeconds: number;
  readonly trials: readonly Trial[];
  /** How it ended when it was asked to. */
  readonly end: string;
}

/** How to try a model. */
export interface TryOptions {
  readonly runner: Runner;
  /** Picture or video to send instead of a drawn one. */
  readonly input?: Uint8Array;
  /** Until the first good ping. */
  readonly startSeconds: number;
  /** Told of each request when it is answered. */
  readonly onTrial: (trial: Trial) => void;
  readonly signal: AbortSignal;
}

/** SIGTERM to SIGKILL on SageMaker. */
const STOP_GRACE_MS = 30_000;
const PING_PERIOD_MS = 50;
/** Characters of an answer that are shown. */
const SHOWN = 120;

/**
 * Serves a model, sends it the standard requests, one after the other, and stops it.
 *
 * @throws CliError when it does not become healthy in time, with what it said last
 */
export async function tryModel(model: OpenedModel, options: TryOptions): Promise<Verdict> {
  const started = performance.now();
  const serving = await startServe(model, options.runner);
  let end = "";
  try {
    await untilHealthy(serving, options);
    const healthySeconds = (performance.now() - started) / 1000;
    const trials: Trial[] = [];
    for (const request of standardRequests(model.manifest, options.input)) {
      const trial = await send(serving.url, request, options.signal);
      options.onTrial(trial);
      trials.push(trial);
    }
    end = await serving.stop(STOP_GRACE_MS);
    const good = end === "ended with status 0" && trials.every(({ problem }) => problem === undefined);
    return { good, healthySeconds, trials, end };
  } finally {
    if (end === "") await serving.stop(options.signal.aborted ? 0 : STOP_GRACE_MS);
  }
}

async function untilHealthy(serving: Serving, { startSeconds, signal }: TryOptions): Promise<void> {
  let end: string | undefined;
  void serving.ended.then((how) => {
    end = how;
  });
  const deadline = performance.now() + startSeconds * 1000;
  while (performance.now() < deadline) {
    signal.throwIfAborted();
    if (end !== undefined) throw new CliError(`serve ${end} before it was healthy:\n${serving.log()}`);
    const response = await fetch(`${serving.url}/ping`, { signal }).catch(() => undefined);
    await response?.arrayBuffer();
    if (response?.status === 200) return;
    await sleep(PING_PERIOD_MS, undefined, { signal });
  }
  throw new CliError(
    `serve was not healthy after ${startSeconds} s (--start-timeout). It said last:\n${serving.log()}`,
  );
}

async function send(url: string, request: StandardRequest, signal: AbortSignal): Promise<Trial> {
  const { name, method, path, headers, body, limitMs, judge, show } = request;
  const started = performance.now();
  const limit = AbortSignal.timeout(limitMs);
  try {
    const response = await fetch(`${url}${path}`, {
      method,
      signal: AbortSignal.any([signal, limit]),
      ...(headers && { headers }),
      ...(body && { body: new Uint8Array(body) }),
    });
    const answer = Buffer.from(await response.arrayBuffer()).toString("latin1");
    const milliseconds = Math.round((performance.now() - started) * 10) / 10;
    const problem = judge(response.status, answer);
    const shown = problem === undefined && show !== undefined ? show(answer) : answer.slice(0, SHOWN);
    return {
      name,
      status: response.status,
      milliseconds,
      answer: shown,
      ...(problem !== undefined && { problem }),
    };
  } catch (error) {
    signal.throwIfAborted();
    const problem = limit.aborted
      ? `no answer within SageMaker's ${limitMs / 1000} s`
      : `no answer: ${String((error as Error).cause ?? error)}`;
    return { name, status: 0, milliseconds: Math.round(performance.now() - started), answer: "", problem };
  }
}
