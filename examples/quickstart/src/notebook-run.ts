import { mkdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type ParameterValue, type RunEvent, type RunResult, runNotebook } from "@sightline/notebook";
import { NotebookFailedError } from "./errors.js";

const notebooks = dirname(fileURLToPath(import.meta.resolve("@sightline/notebooks/package.json")));

/** A notebook to run, and for what. */
export interface NotebookTask {
  /** File name in `notebooks/`, without its ending. */
  readonly notebook: string;
  /** What is shown of it: "Train and deploy, split by subject". */
  readonly title: string;
  /** Folder of the executed notebook. */
  readonly folder: string;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
}

/** How notebooks are run here. */
export interface RunContext {
  /** Variables that send AWS clients to the local SageMaker. */
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly onEvent: (task: NotebookTask, event: RunEvent) => void;
}

/** A notebook that ran to its end. */
export interface FinishedTask {
  readonly task: NotebookTask;
  readonly result: RunResult;
}

/**
 * Runs one of the project's notebooks from its first cell to its last.
 *
 * @throws NotebookFailedError with the failed cell's own error, and where the executed notebook lies
 */
export async function runTask(task: NotebookTask, context: RunContext): Promise<FinishedTask> {
  await mkdir(task.folder, { recursive: true });
  const output = join(task.folder, `${task.notebook}.ipynb`);
  const running = runNotebook(join(notebooks, `${task.notebook}.ipynb`), {
    output,
    parameters: task.parameters,
    env: context.env,
    signal: context.signal,
  });
  for await (const event of running) context.onEvent(task, event);
  const result = await running;
  if (result.failure !== undefined) {
    const { error, number, title } = result.failure;
    throw new NotebookFailedError(
      `${error.evalue}\n(${error.ename} in notebook ${basename(output)}, cell ${number}, "${title}"; as far as it came: ${output})`,
    );
  }
  return { task, result };
}
