// A container that answers at once, and with 500 to the body "fail".
import { createServer } from "node:http";

createServer(async (request, response) => {
  const body = await new Response(request).text();
  response.writeHead(body === "fail" ? 500 : 200, { "content-type": "text/plain" }).end("fine");
}).listen(Number(process.env.SAGEMAKER_BIND_TO_PORT ?? 8080), "127.0.0.1");
process.on("SIGTERM", () => process.exit(0));
