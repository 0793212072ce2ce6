import { runAsProgram } from "@sightline/foundation/command-line";
import { keepHeapSmall } from "./cli/small-heap.js";
import { runIm2rec } from "./im2rec/run-im2rec.js";

keepHeapSmall(process.argv);
void runAsProgram(runIm2rec);
