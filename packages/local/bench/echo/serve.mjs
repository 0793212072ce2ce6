// The least container: reads a request and answers ANSWER, so that what a bench measures is what lies in front of it. With
// ECHO the request follows the answer; with SLOW requests that begin with "slow" wait for that many milliseconds.
import { createServer } from "node:http";

const { ANSWER: answer = "[0.1,0.9]", ECHO: echo, SLOW: slow } = process.env;
const server = createServer(async (request, response) => {
  let text = answer;
  if (echo === undefined) await new Promise((resolve) => request.resume().once("end", resolve));
  else {
    const pieces = [];
    for await (const piece of request) pieces.push(piece);
    const body = Buffer.concat(pieces).toString();
    text += ` ${body}`;
    if (body.startsWith("slow")) await new Promise((resolve) => setTimeout(resolve, Number(slow ?? 0)));
  }
  response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
  response.end(text);
});
server.listen(Number(process.env.SAGEMAKER_BIND_TO_PORT ?? 0), "127.0.0.1", () =>
  console.log(server.address().port),
);
process.on("SIGTERM", () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
