/** The compiler's thread: a busy cell does not keep TypeScript from working, nor the other way round. */
import { parentPort, workerData } from "node:worker_threads";
import { Compiler } from "./compiler.js";
import type { CellLanguage } from "./compiler-options.js";
import { complete } from "./complete.js";
import { inspectName } from "./inspect.js";
import { isComplete } from "./is-complete.js";
import type { Answered, Answers, Asked } from "./questions.js";
import { keepTypeScript, loadTypeScript } from "./typescript.js";

const { folder, language } = workerData as { readonly folder: string; readonly language: CellLanguage };
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
  // Only now: the first cell does not wait for it.
  if (asked.kind === "compile") void keepTypeScript();
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
