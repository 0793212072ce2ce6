import { infoCommand } from "./cli/commands/info.js";
import { listCommand, splitCommand } from "./cli/commands/list.js";
import { packCommand } from "./cli/commands/pack.js";
import { preflightCommand } from "./cli/commands/preflight.js";
import {
  extractCommand,
  getCommand,
  indexCommand,
  lsCommand,
  mergeCommand,
  relabelCommand,
} from "./cli/commands/records.js";
import { verifyCommand } from "./cli/commands/verify.js";
import { runAsProgram } from "./cli/program.js";
import { runCli } from "./cli/run-cli.js";

const commands = [
  packCommand,
  listCommand,
  splitCommand,
  verifyCommand,
  infoCommand,
  lsCommand,
  getCommand,
  extractCommand,
  indexCommand,
  mergeCommand,
  relabelCommand,
  preflightCommand,
];

runAsProgram((args, io) => runCli(commands, args, io));
