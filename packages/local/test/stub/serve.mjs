// A tiny server that speaks the container contract, steered by its environment and its requests.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const root = process.env.SIGHTLINE_ML_ROOT ?? "/opt/ml";
if (process.env.STUB_CRASH !== undefined) {
  console.error(`stub: cannot load the model: ${process.env.STUB_CRASH}`);
  process.exit(3);
}
const answerFile = path.join(root, "model/deep/answer.txt");
const answer = existsSync(answerFile) ? readFileSync(answerFile, "utf8") : "no model";

// Of a multi-model endpoint: answers by name.
const models = new Map();
const server = createServer(async (request, response) => {
  if (request.url === "/ping") {
    response.statusCode = process.env.STUB_UNWELL === undefined ? 200 : 503;
    response.end();
    return;
  }
  if (request.url === "/execution-parameters") {
    response.statusCode = process.env.STUB_PARAMETERS === undefined ? 404 : 200;
    response.end(process.env.STUB_PARAMETERS);
    return;
  }
  const [, modelName] = /^\/models\/([^/]+)/.exec(request.url) ?? [];
  if (request.method === "DELETE") {
    response.statusCode = models.delete(modelName) ? 200 : 404;
    response.end();
    return;
  }
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  const body = Buffer.concat(pieces);
  if (request.url === "/models") {
    const { model_name: name, url } = JSON.parse(body.toString());
    if (models.size >= Number(process.env.STUB_MODELS ?? 10)) {
      response.statusCode = 507;
      response.end("no room");
      return;
    }
    const file = path.join(url, "deep/answer.txt");
    if (!existsSync(file)) {
      response.statusCode = 400;
      response.end("no model in there");
      return;
    }
    models.set(name, readFileSync(file, "utf8"));
    response.end();
    return;
  }
  const type = request.headers["content-type"];
  if (type === "application/x-command") {
    const command = JSON.parse(body.toString());
    if (command.die) process.exit(9);
    if (command.hang) for (;;);
    if (command.began) writeFileSync(command.began, "");
    while (command.until && !existsSync(command.gate)) await sleep(10);
    if (command.sleep) await sleep(command.sleep);
    if (command.pieces) {
      response.setHeader("content-type", "text/plain");
      for (const [index, piece] of command.pieces.entries()) {
        response.write(piece);
        // The next piece waits until somebody has seen this one, and says so by a file.
        while (command.gate && !existsSync(`${command.gate}-${index}`)) await sleep(10);
        if (command.pause) await sleep(command.pause);
      }
      if (command.dieAfter) process.exit(9);
      response.end();
      return;
    }
    response.statusCode = command.status ?? 200;
    response.setHeader("content-type", command.type ?? "application/json");
    if (command.attributes) response.setHeader("x-amzn-sagemaker-custom-attributes", command.attributes);
    response.end(
      command.bytes
        ? Buffer.alloc(command.bytes, "x")
        : JSON.stringify({ pid: process.pid, answer, ...command.echo }),
    );
    return;
  }
  response.setHeader("content-type", "application/json");
  response.end(
    JSON.stringify({
      answer: models.get(modelName) ?? answer,
      models: models.size,
      pid: process.pid,
      bytes: body.length,
      type,
      accept: request.headers.accept,
      attributes: request.headers["x-amzn-sagemaker-custom-attributes"],
      extra: process.env.EXTRA,
      address: server.address().address,
    }),
  );
});
// As our container: on all interfaces unless told otherwise.
server.listen(Number(process.env.SAGEMAKER_BIND_TO_PORT ?? 8080), process.env.SIGHTLINE_BIND_ADDRESS, () =>
  console.log("stub: serving", answer),
);
process.on("SIGTERM", () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
