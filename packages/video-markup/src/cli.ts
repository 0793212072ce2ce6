#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { type Command, runAsProgram } from "@sightline/foundation/command-line";
import { readArguments, verbs } from "./cli/arguments.js";
import { options } from "./cli/command-options.js";
import { help, summaries } from "./cli/help.js";
import { perform } from "./cli/perform.js";
import { VideoMarkupError } from "./errors.js";

const command = (verb: (typeof verbs)[number] | undefined): Command => ({
  help,
  options,
  run: (positionals, values, io) => perform(readArguments(verb, positionals, values), io),
});

const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  version: string;
};

await runAsProgram({
  name: "video-markup",
  version: manifest.version,
  help,
  commands: verbs.map((name) => ({ name, summary: summaries[name], load: async () => command(name) })),
  otherwise: async () => command(undefined),
  // A TypeError is a caller's mistake: an output that is the input.
  isExpected: (error) => error instanceof VideoMarkupError || error instanceof TypeError,
});
