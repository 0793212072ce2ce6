// What is loaded: reads the body, waits, answers ten probabilities. A process of its own, so that its CPU time is not
// the generator's. Prints its port.
//   node target.mjs [milliseconds until an answer]
import { createServer } from "node:http";

const waitMs = Number(process.argv[2] ?? 0);
const answer = JSON.stringify(Array.from({ length: 10 }, () => 0.1));
const headers = { "content-type": "application/json", "content-length": answer.length };
const server = createServer((request, response) => {
  const reply = () => response.writeHead(200, headers).end(answer);
  request.resume().on("end", () => (waitMs > 0 ? setTimeout(reply, waitMs) : reply()));
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.on("end", () => process.exit()).resume();
