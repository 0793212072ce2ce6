// What is loaded: reads the body, waits, answers ten probabilities. A process of its own, so that its CPU time is not
// the generator's. Prints its port.
//   node target.mjs [least milliseconds until an answer [most]]      between the two in turn, evenly
import { createServer } from "node:http";

const [leastMs = 0, mostMs = leastMs] = process.argv.slice(2).map(Number);
/** Answers take one of so many times, each as often: percentiles are then known. */
const TIMES = 101;
const answer = JSON.stringify(Array.from({ length: 10 }, () => 0.1));
const headers = { "content-type": "application/json", "content-length": answer.length };
let count = 0;
const server = createServer((request, response) => {
  const reply = () => response.writeHead(200, headers).end(answer);
  // 37 and 101 have no common divisor: every time comes once before any comes again.
  const waitMs = leastMs + ((mostMs - leastMs) * ((count++ * 37) % TIMES)) / (TIMES - 1);
  request.resume().on("end", () => (waitMs > 0 ? setTimeout(reply, waitMs) : reply()));
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.on("end", () => process.exit()).resume();
