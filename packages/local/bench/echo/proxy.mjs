// The least that lies between a caller and a container: takes a request whole, sends it on by Node.js's own client and
// answers with what comes back. Checks nothing, counts nothing, and has no limit of time or size.
//   node proxy.mjs PORT
import { Agent, createServer, request as send } from "node:http";

const agent = new Agent({ keepAlive: true });
const gather = (message, then) => {
  const pieces = [];
  message.on("data", (piece) => pieces.push(piece)).once("end", () => then(Buffer.concat(pieces)));
};
const server = createServer((request, response) => {
  gather(request, (body) => {
    const headers = { "content-type": request.headers["content-type"], "content-length": body.length };
    const to = {
      host: "127.0.0.1",
      port: process.argv[2],
      method: "POST",
      path: "/invocations",
      agent,
      headers,
    };
    const outgoing = send(to, (answer) => {
      gather(answer, (text) => {
        response.writeHead(answer.statusCode, answer.headers);
        response.end(text);
      });
    });
    outgoing.end(body);
  });
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
