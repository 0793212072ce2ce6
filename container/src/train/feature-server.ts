import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { environment } from "@sightline/contract/environment";
import { JobInputError, messageOf } from "../shared/errors.js";
import type { FeatureSet } from "./feature-set.js";

/** The first host's end: what the others bring. */
export interface FeatureServer {
  /** Aborted with the reason when another host says that it has failed. */
  readonly failed: AbortSignal;
  /**
   * The rows of a channel that each of the other hosts found, in their order. None is taken before this is called: what
   * this host found itself tells how many bytes they must have.
   */
  gather(channel: string, own: FeatureSet, signal: AbortSignal): Promise<readonly Float32Array[]>;
  close(): Promise<void>;
}

/** How the first host is reached, and by whom. */
export interface FeatureServerOptions {
  readonly port: number;
  /** What every host of this job has in common, and nobody else. */
  readonly token: string;
  /** Names of all hosts. */
  readonly hosts: readonly string[];
}

/** A reason for failing is cut at so many bytes. */
const MAX_REASON_BYTES = 4096;

interface Exchange {
  readonly own: Promise<FeatureSet>;
  readonly setOwn: (own: FeatureSet) => void;
  readonly shares: Map<number, Float32Array>;
  onShare: () => void;
}

/** Listens for the other hosts of the job. @throws Error when the port cannot be had */
export async function startFeatureServer(options: FeatureServerOptions): Promise<FeatureServer> {
  const { port, token, hosts } = options;
  const failure = new AbortController();
  const exchanges = new Map<string, Exchange>();
  const exchangeOf = (channel: string): Exchange => {
    const known = exchanges.get(channel);
    if (known) return known;
    let setOwn: Exchange["setOwn"] = () => {};
    const own = new Promise<FeatureSet>((resolve) => {
      setOwn = resolve;
    });
    const made: Exchange = { own, setOwn, shares: new Map(), onShare: () => {} };
    exchanges.set(channel, made);
    return made;
  };

  const take = async (request: IncomingMessage): Promise<void> => {
    const url = new URL(request.url ?? "/", "http://leader");
    const host = Number(url.searchParams.get("host"));
    if (url.searchParams.get("token") !== token || !(host > 0 && host < hosts.length)) {
      throw new JobInputError("This is another job, or its hyperparameters or backbone are others.");
    }
    if (url.pathname === "/failure") {
      const reason = (await read(request, MAX_REASON_BYTES)).toString("utf8");
      failure.abort(new JobInputError(`${hosts[host]} failed: ${reason}`));
      return;
    }
    const channel = url.pathname.slice("/features/".length);
    const exchange = exchangeOf(channel);
    const set = await exchange.own;
    if (url.searchParams.get("sha256") !== set.sha256) {
      const error = new JobInputError(
        `Channel "${channel}" is not the same on ${hosts[0]} and ${hosts[host]}. Give every instance all of it (FullyReplicated).`,
      );
      failure.abort(error);
      throw error;
    }
    const pictures = Math.ceil((set.count - host) / hosts.length);
    const bytes = Math.max(0, pictures) * set.views * set.width * Float32Array.BYTES_PER_ELEMENT;
    const body = await read(request, bytes);
    if (body.byteLength !== bytes)
      throw new JobInputError(`${body.byteLength} bytes of features came, not ${bytes}.`);
    exchange.shares.set(host, new Float32Array(body.buffer, body.byteOffset, bytes / 4));
    exchange.onShare();
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      await take(request);
      response.writeHead(204, { connection: "close" }).end();
    } catch (error) {
      // A connection that broke is tried again by its host.
      if (!response.destroyed) response.writeHead(409, { connection: "close" }).end(messageOf(error));
    }
  };
  const server = createServer((request, response) => void answer(request, response));
  // Another host may be done long before this one, and then waits with its features in hand.
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) => {
      const remedy = `Name another with ${environment.trainLeader} on every instance`;
      reject(
        new Error(`Port ${port} for the other instances cannot be had: ${cause.message}. ${remedy}.`, {
          cause,
        }),
      );
    });
    server.listen(port, process.env[environment.bindAddress], resolve);
  });
  return {
    failed: failure.signal,
    async gather(channel, own, signal) {
      const exchange = exchangeOf(channel);
      exchange.setOwn(own);
      await new Promise<void>((resolve, reject) => {
        const stop = AbortSignal.any([signal, failure.signal]);
        const look = (): void => {
          if (exchange.shares.size === hosts.length - 1) resolve();
        };
        exchange.onShare = look;
        if (stop.aborted) reject(stop.reason);
        stop.addEventListener("abort", () => reject(stop.reason), { once: true });
        look();
      });
      return hosts.slice(1).map((_, i) => exchange.shares.get(i + 1)!);
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** A request's body, aligned for float32. @throws JobInputError when it is longer than `most` bytes */
async function read(request: IncomingMessage, most: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    bytes += piece.byteLength;
    if (bytes > most) throw new JobInputError(`More than ${most} bytes came.`);
    pieces.push(piece);
  }
  const whole = Buffer.from(new ArrayBuffer(bytes));
  let at = 0;
  for (const piece of pieces) at += piece.copy(whole, at);
  return whole;
}
