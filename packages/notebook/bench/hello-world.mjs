// Times a notebook that prints "hello world", from the command line to its end: our runner, nbconvert and papermill on
// our kernel and its peers (see kernels.mjs), all in turn in each round.
//   BENCH_PYTHON=... BENCH_DENO=... node bench/hello-world.mjs [ROUNDS]
// Prints the wall seconds, least and median of the rounds.
import { join } from "node:path";
import { clients, folder, kernels, median, timed, writeNotebook } from "./kernels.mjs";

const rounds = Number(process.argv[2] ?? 3);
const sources = { typescript: ["console.log('hello world')"], python: ["print('hello world')"] };
// The runner's own kernel is chosen by "tslab"; its peers are run by Jupyter's clients, as their users run them.
const runs = Object.keys(clients).flatMap((client) =>
  kernels
    .filter((kernel) => client !== "runner" || kernel === "sightline")
    .map((kernel) => ({
      name: `${client}, ${kernel}`,
      command: clients[client](
        writeNotebook(kernel, "hello", sources),
        join(folder, `${client}-${kernel}.ipynb`),
      ),
      seconds: [],
    })),
);
for (let round = 0; round < rounds; round++)
  for (const { command, seconds } of runs) seconds.push(await timed(command));
for (const { name, seconds } of runs)
  console.log(
    `${name.padEnd(22)} ${Math.min(...seconds).toFixed(2)} s, median ${median(seconds).toFixed(2)} s`,
  );
