// Times cells 2 to 20 of notebooks of twenty small cells in our kernel and its peers (see kernels.mjs), all in turn in
// each round, under our runner and under papermill, each by its client's clock.
//   BENCH_PYTHON=... BENCH_DENO=... node bench/cells.mjs [ROUNDS]
// Prints the milliseconds of the median cell, least and median of the rounds.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runNotebook } from "../dist/index.js";
import { clients, folder, kernels, median, timed, writeNotebook } from "./kernels.mjs";

const rounds = Number(process.argv[2] ?? 3);
const twenty = (cell) => Array.from({ length: 20 }, (_, at) => cell(at, Math.max(0, at - 1)));
const notebooks = {
  alone: {
    typescript: twenty((at) => `let v${at} = ${at};\nconsole.log(v${at});`),
    python: twenty((at) => `v${at} = ${at}\nprint(v${at})`),
  },
  // Each cell uses what the one before has made.
  chained: {
    typescript: twenty(
      (at, before) => `const w${at} = [${at === 0 ? 0 : `...w${before}, ${at}`}];\nw${at}.length`,
    ),
    python: twenty((at, before) => `w${at} = [${at === 0 ? 0 : `*w${before}, ${at}`}]\nlen(w${at})`),
  },
};

const byClient = {
  runner: async (path, kernel) => {
    const result = await runNotebook(path, { kernel });
    if (result.failure !== undefined)
      throw new Error(`${kernel}: ${result.failure.error.traceback.join("\n")}`);
    return result.cells.map(({ seconds }) => seconds);
  },
  ...(clients.papermill && {
    papermill: async (path) => {
      const output = join(folder, "timed.ipynb");
      await timed(clients.papermill(path, output));
      const { cells } = JSON.parse(readFileSync(output, "utf8"));
      return cells.map(({ metadata }) => metadata.papermill.duration);
    },
  }),
};
const runs = Object.entries(notebooks).flatMap(([title, sources]) =>
  Object.keys(byClient).flatMap((client) =>
    kernels.map((kernel) => ({ title, client, kernel, path: writeNotebook(kernel, title, sources), ms: [] })),
  ),
);
for (let round = 0; round < rounds; round++)
  for (const { client, kernel, path, ms } of runs) {
    const seconds = await byClient[client](path, kernel);
    ms.push(median(seconds.slice(1)) * 1_000);
  }
for (const { title, client, kernel, ms } of runs)
  console.log(
    `${`${client}, ${kernel}, cells ${title}`.padEnd(40)} ${Math.min(...ms).toFixed(1)} ms, median ${median(ms).toFixed(1)} ms`,
  );
process.exit();
