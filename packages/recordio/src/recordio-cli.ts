import { infoCommand } from "./cli/commands/info.js";
import { listCommand, splitCommand } from "./cli/commands/list.js";
import { packCommand } from "./cli/commands/pack.js";
import { verifyCommand } from "./cli/commands/verify.js";
import { runAsProgram } from "./cli/program.js";
import { runCli } from "./cli/run-cli.js";

const commands = [packCommand, listCommand, splitCommand, verifyCommand, infoCommand];

runAsProgram((args, io) => runCli(commands, args, io));
