import { runAsProgram } from "./cli/program.js";
import { runIm2rec } from "./im2rec/run-im2rec.js";

runAsProgram(runIm2rec);
