/** The compiler's thread: a busy cell does not keep TypeScript from working, nor the other way round. */
import module from "node:module";
import { parentPort, workerData } from "node:worker_threads";
import { Compiler } from "./compiler.js";
import type { CellLanguage } from "./compiler-options.js";
import { complete } from "./complete.js";
import { inspectName } from "./inspect.js";
import { isComplete } from "./is-complete.js";
import type { Answered, Answers, Asked } from "./questions.js";
import { loadTypeScript } from "./typescript.js";

const { folder, language } = workerData as { readonly folder: string; readonly language: CellLanguage };
// Node 22 keeps compiled code between runs when it is told to; TypeScript is nine megabytes of it.
(module as { enableCompileCache?(): void }).enableCompileCache?.();
const ts = loadTypeScript();
const compiler = new Compiler(ts, folder, language);
compiler.warmUp();

parentPort!.on("message", (asked: Asked) => {
  let answered: Answered;
  try {
    answered = { id: asked.id, answer: answer(asked) };
  } catch (error) {
    answered = { id: asked.id, failure: (error as Error).stack ?? String(error) };
  }
  parentPort!.postMessage(answered);
});

function answer(asked: Asked): Answers[keyof Answers] {
  switch (asked.kind) {
    case "compile":
      return compiler.compile(asked.source, asked.keep);
    case "complete":
      return complete(ts, compiler, asked.source, asked.offset);
    case "inspect":
      return inspectName(ts, compiler, asked.source, asked.offset);
    case "isComplete":
      return isComplete(ts, asked.source, language);
  }
}
