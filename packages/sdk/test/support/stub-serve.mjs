// A container that serves as little as the contract asks for. START_MS delays its start, and
// /invocations answers in pieces: "break" breaks off after the first.
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

await sleep(Number(process.env.START_MS ?? 0));
const server = createServer(async (request, response) => {
  const body = await new Response(request).text();
  if (request.url === "/ping") {
    response.end();
    return;
  }
  response.writeHead(200, { "content-type": "text/plain" });
  for (const piece of ["one ", "two ", "three"]) {
    response.write(piece);
    await sleep(30);
    if (body === "break") {
      response.destroy();
      return;
    }
  }
  response.end();
});
server.listen(Number(process.env.SAGEMAKER_BIND_TO_PORT ?? 8080), "127.0.0.1");
process.on("SIGTERM", () => process.exit(0));
