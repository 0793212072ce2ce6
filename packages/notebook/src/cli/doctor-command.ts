import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { UsageError } from "../errors.js";
import { diagnose, type Finding } from "../kernelspec/doctor.js";
import { exitStatus } from "./exit-status.js";

const help = `Usage: sightline-notebook doctor [FOLDER] [--json]

Looks at Node.js, types, the kernel spec and Jupyter, and runs a cell in FOLDER (default: here).
Exit status 1 when something needed is broken; warnings are about what a headless run does not need.
`;

const marks = { ok: "ok     ", warning: "warning", failed: "FAILED " } as const;

/** `doctor` */
export async function doctorCommand(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { json: { type: "boolean" }, help: { type: "boolean", short: "h" } },
  });
  if (values.help) {
    process.stdout.write(help);
    return exitStatus.ok;
  }
  const folder = resolve(positionals[0] ?? ".");
  if (!existsSync(folder)) throw new UsageError(`There is no folder "${folder}" to run a cell in.`);
  const findings: Finding[] = [];
  for await (const finding of diagnose(folder)) {
    findings.push(finding);
    if (values.json) continue;
    const remedy = finding.remedy === undefined ? "" : `\n          do: ${finding.remedy}`;
    process.stdout.write(`${marks[finding.status]}  ${finding.check}: ${finding.detail}${remedy}\n`);
  }
  if (values.json) process.stdout.write(`${JSON.stringify(findings, null, 2)}\n`);
  return findings.some(({ status }) => status === "failed") ? exitStatus.failed : exitStatus.ok;
}
