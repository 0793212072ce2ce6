import { connect } from "node:net";

/**
 * Callers of a server's POST /invocations that cost the machine little: what they need is taken from the server that is
 * measured on the same cores. The request is made once, and of an answer only its end is looked for. Answers must have a
 * Content-Length.
 */
export function openCallers(port, image) {
  const head = [
    "POST /invocations HTTP/1.1",
    `Host: 127.0.0.1:${port}`,
    "Content-Type: application/x-image",
    `Content-Length: ${image.length}`,
  ];
  const message = Buffer.concat([Buffer.from(`${head.join("\r\n")}\r\n\r\n`), image]);
  const idle = [];
  const all = new Set();

  function open() {
    const socket = connect(port, "127.0.0.1").setNoDelay(true).setEncoding("latin1");
    const caller = { socket, text: "", done: undefined, failed: undefined };
    all.add(socket);
    socket.on("data", (piece) => {
      caller.text += piece;
      const end = caller.text.indexOf("\r\n\r\n");
      if (end < 0) return;
      const length = /\r\ncontent-length: *(\d+)/i.exec(caller.text)?.[1];
      if (length === undefined) {
        socket.destroy(new Error(`an answer without a length: ${caller.text.slice(0, end)}`));
        return;
      }
      if (caller.text.length < end + 4 + Number(length)) return;
      const { text, done } = caller;
      caller.text = "";
      caller.failed = undefined;
      // gunicorn's workers take one request a connection.
      if (/\r\nconnection: *close/i.test(text)) socket.end();
      else idle.push(caller);
      done(Number(text.slice(9, 12)));
    });
    socket.on("close", () => {
      all.delete(socket);
      const at = idle.indexOf(caller);
      if (at >= 0) idle.splice(at, 1);
      caller.failed?.(new Error("the server closed the connection"));
    });
    socket.on("error", (error) => caller.failed?.(error));
    return caller;
  }

  return {
    /** Sends one request. Gives its status and how long it took. */
    async send() {
      const started = performance.now();
      const caller = idle.pop() ?? open();
      const status = await new Promise((done, failed) => {
        Object.assign(caller, { done, failed });
        caller.socket.write(message);
      });
      return { status, ms: performance.now() - started };
    },
    close() {
      for (const socket of all) socket.destroy();
    },
  };
}
