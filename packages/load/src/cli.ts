import { readFileSync } from "node:fs";
import { runAsProgram } from "@sightline/foundation/command-line";
import { LoadError } from "./errors.js";
import { LOAD_COMMAND } from "./load-command.js";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  version: string;
};

await runAsProgram({
  name: "sightline-load",
  version,
  help: LOAD_COMMAND.help,
  commands: [],
  otherwise: async () => LOAD_COMMAND,
  // A TypeError is a caller's mistake: a URL that is none.
  isExpected: (error) => error instanceof LoadError || error instanceof TypeError,
});
