import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/** Below the ports that systems give to outgoing connections and to who asks for any: 32,768 and up on Linux. */
const LEAST = 10_000;
const END = 32_768;
const TRIES = 200;

/**
 * A port of 127.0.0.1 that is free now, and that nobody gets who does not ask for it by its number: it is still free a
 * moment later, but for a program that asks for just this one.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; ; tries++) {
    const port = randomInt(LEAST, END);
    try {
      await probe(port);
      return port;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if ((code !== "EADDRINUSE" && code !== "EACCES") || tries === TRIES) throw error;
    }
  }
}

function probe(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => server.close(() => resolve()));
  });
}
