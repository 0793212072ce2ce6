import { createRequire } from "node:module";
import { type CommandEntry, runAsProgram } from "@sightline/foundation/command-line";
import { keepHeapSmall } from "./cli/small-heap.js";
import { RecordIOError } from "./errors.js";

const commands: readonly CommandEntry[] = [
  {
    name: "pack",
    summary: "images to .rec, .idx, .lst and a report",
    load: async () => (await import("./cli/commands/pack.js")).packCommand,
  },
  {
    name: "list",
    summary: "the images of a folder, CSV or JSON lines as a .lst",
    load: async () => (await import("./cli/commands/list.js")).listCommand,
  },
  {
    name: "split",
    summary: "the same, split into parts",
    load: async () => (await import("./cli/commands/list.js")).splitCommand,
  },
  {
    name: "verify",
    summary: "check a .rec to its last byte, against its .idx and .lst",
    load: async () => (await import("./cli/commands/verify.js")).verifyCommand,
  },
  {
    name: "info",
    summary: "what a .rec holds: labels, sizes, formats",
    load: async () => (await import("./cli/commands/info.js")).infoCommand,
  },
  {
    name: "ls",
    summary: "one line a record: id, labels, offset, bytes, sides",
    load: async () => (await import("./cli/commands/records.js")).lsCommand,
  },
  {
    name: "get",
    summary: "the image of one record on stdout",
    load: async () => (await import("./cli/commands/records.js")).getCommand,
  },
  {
    name: "extract",
    summary: "images to files, LABEL/ID.jpg, with a list",
    load: async () => (await import("./cli/commands/records.js")).extractCommand,
  },
  {
    name: "index",
    summary: "make the .idx of a .rec anew",
    load: async () => (await import("./cli/commands/records.js")).indexCommand,
  },
  {
    name: "merge",
    summary: "several .rec files into one",
    load: async () => (await import("./cli/commands/records.js")).mergeCommand,
  },
  {
    name: "relabel",
    summary: "a .rec with the labels of a list",
    load: async () => (await import("./cli/commands/records.js")).relabelCommand,
  },
  {
    name: "preflight",
    summary: "check channels for SageMaker's built-in algorithms",
    load: async () => (await import("./cli/commands/preflight.js")).preflightCommand,
  },
];

const width = Math.max(...commands.map(({ name }) => name.length));
const help = `recordio: images to MXNet RecordIO and back

Usage: recordio COMMAND [arguments]

${commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`).join("\n")}

recordio COMMAND --help explains one. Results go to stdout, progress to stderr; --json prints results as JSON.

Example:
  recordio pack pictures out/train --resize 224
  recordio verify out/train.rec
`;

keepHeapSmall(process.argv);
void runAsProgram({
  name: "recordio",
  version: (createRequire(import.meta.url)("../package.json") as { version: string }).version,
  help,
  commands,
  isExpected: (error) => error instanceof RecordIOError,
});
