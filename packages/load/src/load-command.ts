import { join } from "node:path";
import { type Command, exitStatus, type OptionValues, UsageError } from "@sightline/foundation/command-line";
import { numberOption, positional, textOption } from "@sightline/foundation/option-values";
import { clock, ProgressLine, progressTarget } from "@sightline/foundation/progress-line";
import { LOAD_HELP } from "./load-help.js";
import type { LoadOptions } from "./options.js";
import { describeStep, type LoadStep, totalSeconds } from "./plan.js";
import type { LoadResult, LoadSecond } from "./result.js";
import { runLoadTest } from "./run-load-test.js";
import { readBodies } from "./target/read-bodies.js";
import type { LoadBody, LoadTarget } from "./target/target.js";

/** Too many requests failed, and the test was stopped; the report is written. */
const STOPPED = 3;

/** The program's one command. */
export const LOAD_COMMAND: Command = {
  help: LOAD_HELP,
  options: {
    users: { type: "string" },
    rate: { type: "string" },
    seconds: { type: "string" },
    think: { type: "string" },
    body: { type: "string" },
    "content-type": { type: "string" },
    accept: { type: "string" },
    variant: { type: "string" },
    header: { type: "string", multiple: true },
    method: { type: "string" },
    watch: { type: "string" },
    workers: { type: "string" },
    timeout: { type: "string" },
    "max-errors": { type: "string" },
    "max-requests": { type: "string" },
    out: { type: "string" },
    json: { type: "boolean" },
  },
  async run(positionals, values, io) {
    const [where] = positional(positionals, "TARGET") as [string];
    const steps = stepsOf(values);
    const out = textOption(values, "out") ?? "load-test";
    const path = textOption(values, "body");
    const bodies = path === undefined ? [] : await readBodies(path, textOption(values, "content-type"));
    const work = runLoadTest(targetOf(where, values, bodies), {
      steps,
      out,
      signal: io.signal,
      ...optionsOf(values),
    });
    const line = new ProgressLine(progressTarget(io));
    const report = join(out, "report.html");
    try {
      for await (const event of work) {
        if (event.kind === "step") line.note(`step ${event.index + 1}: ${describeStep(event.step)}`);
        else line.show(progress(event, totalSeconds(steps)), (event.second + 1) / totalSeconds(steps));
      }
    } finally {
      line.clear();
      if (io.signal.aborted) io.err(`What was done is in ${report}\n`);
    }
    const result = await work;
    io.out(values.json === true ? `${JSON.stringify(result)}\n` : summary(result, report));
    return result.ending === "error-rate" ? STOPPED : exitStatus.ok;
  },
};

function progress(row: LoadSecond, seconds: number): string {
  const { percentiles } = row.latencyMs;
  const [median, high] = [percentiles["50"]!.toFixed(0), percentiles["95"]!.toFixed(0)];
  const left = clock(Math.max(0, seconds - row.second - 1));
  return `${row.requests} requests/s, median ${median} ms, 95 % ${high} ms, ${row.soFar.failures} failures, ${left} left`;
}

function summary(result: LoadResult, report: string): string {
  const rows = result.steps.map((step) => {
    const { percentiles } = step.latencyMs;
    const latency = `median ${percentiles["50"]!.toFixed(1)} ms, 95 % ${percentiles["95"]!.toFixed(1)} ms, 99 % ${percentiles["99"]!.toFixed(1)} ms`;
    return `${describeStep(step.asked)}: ${step.answeredPerSecond.toFixed(1)} answered/s, ${latency}, ${step.failures} of ${step.requests} failed`;
  });
  const { requestsPerSecondPerInstance, reached, recommendedInvocationsPerInstancePerMinute } =
    result.saturation;
  const target =
    recommendedInvocationsPerInstancePerMinute === undefined
      ? []
      : [
          `one instance bears ${reached ? "" : "at least "}${requestsPerSecondPerInstance.toFixed(1)} requests/s: scaling target ${recommendedInvocationsPerInstancePerMinute} invocations per instance and minute`,
        ];
  const failures = result.failures.slice(0, 5).map(({ error, count }) => `${count} x ${error}`);
  const stopped = result.ending === "error-rate" ? ["stopped: too many requests failed"] : [];
  return `${[...rows, ...failures, ...stopped, ...target, ...result.notes, report].join("\n")}\n`;
}

function stepsOf(values: OptionValues): LoadStep[] {
  const [users, rates] = [numbers(values, "users"), numbers(values, "rate")];
  if ((users === undefined) === (rates === undefined)) {
    throw new UsageError("Give either --users or --rate: 400,800,1200 are three steps.");
  }
  const seconds = numberOption(values, "seconds", { min: 0.1, max: 86_400, unit: "seconds" }) ?? 600;
  return users !== undefined
    ? users.map((count) => ({ users: count, seconds }))
    : rates!.map((ratePerSecond) => ({ ratePerSecond, seconds }));
}

function numbers(values: OptionValues, name: string): number[] | undefined {
  return textOption(values, name)
    ?.split(",")
    .map((part) => numberOption({ [name]: part }, name, { min: 0 })!);
}

function targetOf(where: string, values: OptionValues, bodies: readonly LoadBody[]): LoadTarget {
  if (where.startsWith("endpoint:")) {
    refuse(values, ["header", "method", "watch"], "an endpoint");
    return {
      endpointName: where.slice("endpoint:".length),
      variantName: textOption(values, "variant"),
      accept: textOption(values, "accept"),
      bodies,
    };
  }
  if (!/^https?:\/\//.test(where)) {
    throw new UsageError(`TARGET is endpoint:NAME or a URL with http:// or https://, not "${where}".`);
  }
  refuse(values, ["variant"], "a URL");
  const accept = textOption(values, "accept");
  return {
    url: where,
    method: textOption(values, "method"),
    headers: { ...(accept === undefined ? {} : { accept }), ...headersOf(values) },
    bodies,
    watchEndpoint: textOption(values, "watch"),
  };
}

function refuse(values: OptionValues, names: readonly string[], target: string): void {
  const given = names.find((name) => values[name] !== undefined);
  if (given !== undefined) throw new UsageError(`--${given} does not go with ${target}.`);
}

function headersOf({ header = [] }: OptionValues): Record<string, string> {
  const pairs = (header as string[]).map((text) => {
    const colon = text.indexOf(":");
    if (colon < 1) throw new UsageError(`--header takes "Name: value", not "${text}".`);
    return [text.slice(0, colon).trim(), text.slice(colon + 1).trim()];
  });
  return Object.fromEntries(pairs);
}

function optionsOf(values: OptionValues): Partial<LoadOptions> {
  const think = textOption(values, "think");
  const [least, most = least, ...more] = (think?.split("-") ?? []).map(
    (part) => numberOption({ think: part }, "think", { min: 0, max: 3600, unit: "seconds" })!,
  );
  if (more.length > 0) throw new UsageError(`--think takes seconds, as 0.1-0.5, not "${think}".`);
  const given = {
    thinkSeconds: least === undefined ? undefined : ([least, most!] as const),
    workers: numberOption(values, "workers", { min: 1, max: 64, whole: true }),
    timeoutSeconds: numberOption(values, "timeout", { min: 0.1, max: 3600, unit: "seconds" }),
    maxErrorShare: numberOption(values, "max-errors", { min: 0, max: 1 }),
    maxRequests: numberOption(values, "max-requests", { min: 1, whole: true }),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
