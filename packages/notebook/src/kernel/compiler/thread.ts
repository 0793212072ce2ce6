/** The compiler's thread: a busy cell does not keep TypeScript from working, nor the other way round. */
import { parentPort, workerData } from "node:worker_threads";
import { CellCompiler } from "./cell-compiler.js";
import type { CellLanguage } from "./compiler-options.js";
import { complete } from "./complete.js";
import { inspectName } from "./inspect.js";
import { isComplete } from "./is-complete.js";
import type { Answered, Answers, Asked } from "./questions.js";
import { keepTypeScript, loadTypeScript } from "./typescript.js";

/** Time without a question, in ms, after which TypeScript is loaded for what comes. */
const IDLE_MS = 10_000;

const { folder, language } = workerData as { readonly folder: string; readonly language: CellLanguage };
const cells = new CellCompiler(folder, language);
/** Somebody who runs cells one by one is likely to write a new one. */
const warmUp = setTimeout(() => cells.warmUp(), IDLE_MS);

parentPort!.on("message", (asked: Asked) => {
  warmUp.refresh();
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
      return cells.compile(asked.source, asked.keep);
    case "complete":
      return complete(loadTypeScript(), cells.compiler, asked.source, asked.offset);
    case "inspect":
      return inspectName(loadTypeScript(), cells.compiler, asked.source, asked.offset);
    case "isComplete":
      return isComplete(loadTypeScript(), asked.source, language);
  }
}
