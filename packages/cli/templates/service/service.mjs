// POST a picture to /classify and get its classes; / is a page to try it.
import { readFileSync } from "node:fs";
import http from "node:http";
import { classifyImage, createSession, InvocationError, topClasses } from "@sightline/sdk";

const endpoint = process.env.ENDPOINT ?? "{{name}}";
const { HOST = "127.0.0.1", PORT = "3000" } = process.env;
/** SageMaker's limit of a request. */
const MOST_BYTES = 6_291_456;

const { classes } = JSON.parse(readFileSync("out/pictures_train.report.json", "utf8"));
const page = readFileSync(new URL("page.html", import.meta.url));
const session = await createSession();

const server = http.createServer(async (request, response) => {
  const answer = (status, body) =>
    response.writeHead(status, { "content-type": "application/json" }).end(`${JSON.stringify(body)}\n`);
  try {
    if (request.method === "GET" && request.url === "/") {
      response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(page);
    } else if (request.method === "POST" && request.url === "/classify") {
      const picture = await read(request);
      if (picture === undefined) answer(413, { error: `A picture has at most ${MOST_BYTES} bytes.` });
      else answer(200, topClasses(await classifyImage(session, endpoint, picture), classes));
    } else answer(404, { error: "POST a picture to /classify." });
  } catch (error) {
    // What the model says of a picture is the caller's business, everything else is ours.
    const theirs = error instanceof InvocationError && error.statusCode < 500;
    if (!theirs) console.error(error);
    answer(theirs ? error.statusCode : 502, {
      error: theirs ? error.containerMessage : "The endpoint did not answer.",
    });
  }
});
server.listen(Number(PORT), HOST, () => console.log(`http://${HOST}:${server.address().port}`));
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => server.close(() => session.close()));

/** The body; undefined when it is too large. */
async function read(request) {
  const pieces = [];
  let bytes = 0;
  for await (const piece of request) {
    bytes += piece.length;
    if (bytes <= MOST_BYTES) pieces.push(piece);
  }
  return bytes > MOST_BYTES ? undefined : new Uint8Array(Buffer.concat(pieces));
}
