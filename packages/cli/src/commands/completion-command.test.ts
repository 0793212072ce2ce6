import { execFileSync } from "node:child_process";
import type { CliIO, CommandEntry } from "@sightline/foundation/command-line";
import { expect, it } from "vitest";
import { completionCommand } from "./completion-command.js";

const entry = (name: string, ...options: string[]): CommandEntry => ({
  name,
  summary: "",
  load: async () => ({
    help: "",
    options: Object.fromEntries(options.map((option) => [option, { type: "boolean" as const }])),
    run: async () => 0,
  }),
});
const COMMANDS = [entry("deploy", "serverless", "count"), entry("delete"), entry("logs", "follow")];
const GROUPS = [{ name: "image", summary: "", help: "", commands: [entry("build"), entry("push")] }];

async function script(shell: string): Promise<string> {
  let printed = "";
  const out = (data: string | Uint8Array) => {
    printed += String(data);
  };
  const command = completionCommand({ commands: COMMANDS, groups: GROUPS, others: ["pack"] });
  await command.run([shell], {}, { out } as CliIO);
  return printed;
}

it.skipIf(process.platform === "win32")(
  "completes commands, options and the commands of a group in bash",
  async () => {
    const text = await script("bash");
    const complete = (...words: string[]) =>
      execFileSync("bash", [
        "-c",
        `${text}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _sightline; echo "\${COMPREPLY[*]}"`,
        "bash",
        ...words,
      ])
        .toString()
        .trim();
    expect(complete("sightline", "de")).toBe("deploy delete");
    expect(complete("sightline", "deploy", "--serv")).toBe("--serverless");
    expect(complete("sightline", "image", "b")).toBe("build");
    expect(complete("sightline", "pack", "--")).toBe("--help");
  },
);

it("names each command and option in fish's words", async () => {
  const text = await script("fish");
  expect(text).toContain('complete -c sightline -n "__fish_seen_subcommand_from logs" -l follow\n');
});
