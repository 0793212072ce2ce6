import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { CellLanguage } from "./compiler-options.js";
import type { Answered, Answers, Questions } from "./questions.js";

/** The compiler's thread, from the kernel's side. Questions are answered in the order in which they are asked. */
export class CompilerClient {
  readonly #worker: Worker;
  readonly #waiting = new Map<
    number,
    { readonly resolve: (answer: never) => void; readonly reject: (error: Error) => void }
  >();
  #asked = 0;

  /** Starts the thread; `folder` is the notebook's. */
  constructor(folder: string, language: CellLanguage) {
    this.#worker = new Worker(join(__dirname, "kernel-compiler.cjs"), {
      workerData: { folder, language },
      execArgv: [],
      // Past its heap's limit a thread takes the process with it; a program of many packages needs a large one.
      // And what is read at the start lives on: a small young generation copies it again and again.
      resourceLimits: { maxOldGenerationSizeMb: 4_096, maxYoungGenerationSizeMb: 192 },
    });
    this.#worker.unref();
    this.#worker.on("message", (answered: Answered) => {
      const waiting = this.#waiting.get(answered.id);
      this.#waiting.delete(answered.id);
      if ("failure" in answered) waiting?.reject(new Error(`The compiler failed: ${answered.failure}`));
      else waiting?.resolve(answered.answer as never);
    });
    this.#worker.on("error", (error) => {
      // Without its compiler a kernel can do nothing; whoever started it sees why, and starts it again.
      process.stderr.write(`The compiler's thread has ended: ${(error as Error).stack ?? String(error)}\n`);
      process.exit(1);
    });
  }

  /** Asks the compiler. Rejects when it fails. */
  ask<Kind extends keyof Questions>(kind: Kind, question: Questions[Kind]): Promise<Answers[Kind]> {
    const id = ++this.#asked;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, kind, ...question });
    });
  }
}
