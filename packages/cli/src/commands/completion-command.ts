import {
  type Command,
  type CommandEntry,
  type CommandGroup,
  exitStatus,
  UsageError,
} from "@sightline/foundation/command-line";
import { didYouMean } from "@sightline/foundation/nearest";
import { positional } from "@sightline/foundation/option-values";

const SHELLS = ["bash", "zsh", "fish"] as const;

const HELP = `sightline completion: commands and options completed by the shell

Usage
  sightline completion bash|zsh|fish

Prints a script; files are completed where neither a command nor an option fits.

Examples
  sightline completion bash >> ~/.bashrc
  sightline completion zsh >> ~/.zshrc
  sightline completion fish > ~/.config/fish/completions/sightline.fish
`;

/** What is completed. */
export interface Completed {
  readonly commands: readonly CommandEntry[];
  readonly groups: readonly CommandGroup[];
  /** Commands that are other packages' programs. */
  readonly others: readonly string[];
}

/** The command that prints a shell's script for these commands. */
export function completionCommand(completed: Completed): Command {
  return {
    help: HELP,
    options: {},
    async run(positionals, _values, io) {
      const [given] = positional(positionals, "The shell") as [string];
      const shell = SHELLS.find((known) => known === given);
      if (shell === undefined)
        throw new UsageError(
          `There is a script for ${SHELLS.join(", ")}, not "${given}".${didYouMean(given, SHELLS)}`,
        );
      const words = await wordsByCommand(completed);
      io.out(shell === "fish" ? fishScript(words) : `${shell === "zsh" ? ZSH_HEAD : ""}${bashScript(words)}`);
      return exitStatus.ok;
    },
  };
}

/** What may stand behind a command: its options, or the commands of its group. */
async function wordsByCommand(completed: Completed): Promise<ReadonlyMap<string, readonly string[]>> {
  const words = new Map<string, readonly string[]>(completed.others.map((name) => [name, ["--help"]]));
  for (const { name, load } of completed.commands) {
    const { options } = await load();
    words.set(
      name,
      [...Object.keys(options), "help"].map((option) => `--${option}`),
    );
  }
  for (const { name, commands } of completed.groups)
    words.set(
      name,
      commands.map((command) => command.name),
    );
  return words;
}

/** zsh understands bash's. */
const ZSH_HEAD = "autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n";

function bashScript(words: ReadonlyMap<string, readonly string[]>): string {
  const cases = [...words].map(([name, options]) => `    ${name}) words="${options.join(" ")}" ;;`);
  return `_sightline() {
  local words current="\${COMP_WORDS[COMP_CWORD]}"
  case "\${COMP_WORDS[1]}" in
${cases.join("\n")}
    *) words="" ;;
  esac
  if [ "$COMP_CWORD" -eq 1 ]; then words="${[...words.keys()].join(" ")} --help --version"; fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _sightline sightline
`;
}

function fishScript(words: ReadonlyMap<string, readonly string[]>): string {
  const names = [...words.keys()].join(" ");
  const first = `complete -c sightline -n "not __fish_seen_subcommand_from ${names}" -f -a "${names}"\n`;
  const rest = [...words].map(([name, options]) => {
    const condition = `-n "__fish_seen_subcommand_from ${name}"`;
    return options
      .map((option) =>
        option.startsWith("--")
          ? `complete -c sightline ${condition} -l ${option.slice(2)}\n`
          : `complete -c sightline ${condition} -a ${option}\n`,
      )
      .join("");
  });
  return `${first}${rest.join("")}`;
}
