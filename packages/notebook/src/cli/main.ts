import { runAsProgram } from "@sightline/foundation/command-line";
import { program } from "./program.js";

await runAsProgram(program);
