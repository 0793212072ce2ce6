import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** A Node.js stream of this process under an address that one host process can open. */
export interface LocalSocket {
  /** For {@link connectLocal}. */
  readonly url: string;
  /** Fulfilled when all has been handed over, or the socket was closed; rejects when a stream fails. */
  readonly done: Promise<void>;
  close(): Promise<void>;
}

/** Offers what `source` gives. */
export function serveReadable(source: Readable): Promise<LocalSocket> {
  return serve(async (socket) => {
    // Not `pipeline`: a receiver that has enough must not destroy the caller's stream.
    source.pipe(socket);
    await new Promise<void>((resolve, reject) => {
      source.once("error", reject);
      socket.once("close", () => resolve());
      socket.once("error", () => resolve());
    });
    source.unpipe(socket);
    source.pause();
  });
}

/** Takes what is sent into `target`, and does not end it. */
export function serveWritable(target: Writable): Promise<LocalSocket> {
  return serve((socket) => pipeline(socket, target, { end: false }));
}

/** Opens an address of {@link LocalSocket}; undefined for any other. */
export function connectLocal(url: string): Socket | undefined {
  return url.startsWith(scheme) ? connect(url.slice(scheme.length)) : undefined;
}

const scheme = "sightline-socket:";

/** A socket in a folder that only this user can enter. The first to connect is served, nobody else. */
async function serve(handle: (socket: Socket) => Promise<void>): Promise<LocalSocket> {
  const folder = await mkdtemp(join(tmpdir(), "sightline-"));
  const path =
    process.platform === "win32" ? join(String.raw`\\.\pipe`, basename(folder)) : join(folder, "socket");
  const sockets = new Set<Socket>();
  const server: Server = createServer();
  const done = new Promise<void>((resolve, reject) => {
    server.once("connection", (socket) => {
      sockets.add(socket);
      socket.once("error", () => socket.destroy());
      server.close();
      handle(socket).then(resolve, reject);
    });
    server.once("error", reject);
  });
  // Awaited by the caller at the end.
  done.catch(() => {});
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return {
    url: scheme + path,
    done,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
