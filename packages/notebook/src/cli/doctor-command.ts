import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "@sightline/foundation/command-line";
import { UsageError } from "../errors.js";
import { diagnose, type Finding } from "../kernelspec/doctor.js";
import { exitStatus } from "./exit-status.js";

const help = `Usage: sightline-notebook doctor [FOLDER] [--json]

Looks at Node.js, the kernel spec and Jupyter, and runs a cell in FOLDER (default: here).
Exit status 1 when something needed is broken; warnings are about what a headless run does not need.
`;

const marks = { ok: "ok     ", warning: "warning", failed: "FAILED " } as const;

/** `doctor` */
export const doctorCommand: Command = {
  help,
  options: { json: { type: "boolean" } },
  run: async (positionals, { json = false }, io) => {
    const folder = resolve(positionals[0] ?? ".");
    if (!existsSync(folder)) throw new UsageError(`There is no folder "${folder}" to run a cell in.`);
    const findings: Finding[] = [];
    for await (const finding of diagnose(folder)) {
      findings.push(finding);
      if (json) continue;
      const remedy = finding.remedy === undefined ? "" : `\n          do: ${finding.remedy}`;
      io.out(`${marks[finding.status]}  ${finding.check}: ${finding.detail}${remedy}\n`);
    }
    if (json) io.out(`${JSON.stringify(findings, null, 2)}\n`);
    return findings.some(({ status }) => status === "failed") ? exitStatus.failed : exitStatus.ok;
  },
};
