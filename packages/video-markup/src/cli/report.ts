import type { CliIO } from "@sightline/foundation/command-line";
import type { RefusedProvider } from "../inference/model-options.js";
import type { Work } from "./arguments.js";

/** Prints what a command made. */
export function report(command: Work, result: object, io: CliIO): void {
  // Standard output may be the video's.
  const out = command.kind === "live" && command.output === "-" ? io.err : io.out;
  if (command.json) {
    out(`${JSON.stringify(result)}\n`);
    return;
  }
  const {
    warnings = [],
    refusedProviders = [],
    ...rest
  } = result as { warnings?: readonly string[]; refusedProviders?: readonly RefusedProvider[] };
  for (const warning of warnings) io.err(`note: ${warning}\n`);
  for (const { provider, reason } of refusedProviders) {
    io.err(`note: ${provider} was not used: ${reason.split("\n")[0]}\n`);
  }
  const rows = Object.entries(rest).filter(([, value]) => value !== undefined);
  const width = Math.max(...rows.map(([name]) => name.length));
  for (const [name, value] of rows) out(`${name.padEnd(width)}  ${show(value)}\n`);
}

function show(value: unknown): string {
  if (typeof value === "object") return JSON.stringify(value);
  return typeof value === "number" && !Number.isInteger(value) ? value.toFixed(2) : String(value);
}
