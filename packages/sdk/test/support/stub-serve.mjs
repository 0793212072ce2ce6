// A container that serves as little as the contract asks for. It starts when the file START_FILE names is there, and
// /invocations answers in pieces ("who": with WHO, at once): "break" breaks off after the first, "hold" goes on when somebody sends "release".
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

const { START_FILE } = process.env;
while (START_FILE !== undefined && !existsSync(START_FILE)) await sleep(20);

let release;
const released = new Promise((resolve) => {
  release = resolve;
});
const server = createServer(async (request, response) => {
  const body = await new Response(request).text();
  if (request.url === "/ping") {
    response.end();
    return;
  }
  if (body === "release") release();
  if (body === "who") {
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(process.env.WHO));
    return;
  }
  response.writeHead(200, { "content-type": "text/plain" });
  for (const piece of ["one ", "two ", "three"]) {
    // Handed over before it goes on: what is written must have left when the answer breaks off.
    await new Promise((resolve) => response.write(piece, resolve));
    if (body === "break") {
      response.destroy();
      return;
    }
    if (body === "hold") await released;
  }
  response.end();
});
server.listen(Number(process.env.SAGEMAKER_BIND_TO_PORT ?? 8080), "127.0.0.1");
process.on("SIGTERM", () => process.exit(0));
