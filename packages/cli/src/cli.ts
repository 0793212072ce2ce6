import { readFileSync } from "node:fs";
import { type CommandEntry, runAsProgram } from "@sightline/foundation/command-line";
import { COMMANDS, GROUPS } from "./commands.js";
import { isExpected } from "./errors.js";
import { become, OTHER_PROGRAMS, otherProgram } from "./other-programs.js";

const other = otherProgram(process.argv.slice(2));
if (other === undefined) await runAsProgram(await ownProgram());
else await become(other.program, other.args);

async function ownProgram() {
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
    version: string;
  };
  const others = Object.entries(OTHER_PROGRAMS).map(([name, { summary }]): CommandEntry => {
    // Known for the overview and for misspellings; otherProgram() has taken the right spelling.
    const load = () => Promise.reject(new Error(`"${name}" is another program.`));
    return { name, summary, load };
  });
  const completion: CommandEntry = {
    name: "completion",
    summary: "a script by which the shell completes commands and options",
    load: async () =>
      (await import("./commands/completion-command.js")).completionCommand({
        commands: COMMANDS,
        groups: GROUPS,
        others: Object.keys(OTHER_PROGRAMS),
      }),
  };
  const commands = [...others, ...COMMANDS, completion];
  return { name: "sightline", version, help: overview(commands), commands, groups: GROUPS, isExpected };
}

function overview(commands: readonly CommandEntry[]): string {
  const rows = [...commands, ...GROUPS].map(({ name, summary }) => `  ${name.padEnd(10)} ${summary}`);
  return `sightline: computer vision on Amazon SageMaker, from the command line

Usage
  sightline COMMAND [options]
  sightline COMMAND --help
  sightline --version

Commands
${rows.join("\n")}

From pictures to an answer; the first line and the variables that it prints stand for AWS on this machine:
  sightline local --write-env local.env &          # then: . ./local.env
  sightline pack pictures out/drivers --resize 224 --split stratified
  sightline train out/drivers --bucket drivers --create-bucket --epochs 10
  sightline deploy drivers TRAINING_JOB
  sightline invoke drivers photo.jpg
  sightline delete endpoint drivers

Exit status: 0 done, 1 failed, 2 wrong command line, 130 and 143 interrupted. Results go to stdout, with --json for
programs; progress goes to stderr.
`;
}
