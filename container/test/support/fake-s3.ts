import { createServer, type IncomingMessage } from "node:http";

/** Just enough of S3 for jobs: GET, PUT and DeleteObjects of whole objects, path style, without checking signatures. */
export interface FakeS3 {
  readonly url: string;
  /** Objects by "bucket/key". */
  readonly objects: Map<string, Buffer>;
  /** Requests seen, as "METHOD bucket/key". */
  readonly requests: string[];
  /** From now on a PUT of the object gets no answer. Resolves when one has come, and the object is there. */
  hold(name: string): Promise<void>;
  close(): Promise<void>;
}

const CHANGED = "Thu, 26 Nov 2026 12:00:00 GMT";

/** Starts it on a free loopback port. */
export async function startFakeS3(): Promise<FakeS3> {
  const objects = new Map<string, Buffer>();
  const requests: string[] = [];
  const held = new Map<string, () => void>();
  const server = createServer(async (request, response) => {
    const name = decodeURIComponent(request.url!.split("?")[0]!.slice(1));
    requests.push(`${request.method} ${name}`);
    if (request.method === "PUT") {
      objects.set(name, await readAll(request));
      const tell = held.get(name);
      if (tell) {
        tell();
        return;
      }
      response.writeHead(200, { etag: '"x"' }).end();
      return;
    }
    if (request.method === "POST") {
      const list = (await readAll(request)).toString();
      const bucket = name.replace(/\/$/, "");
      for (const [, key] of list.matchAll(/<Key>(.*?)<\/Key>/g)) objects.delete(`${bucket}/${key}`);
      response.writeHead(200).end("<DeleteResult/>");
      return;
    }
    const found = objects.get(name);
    if (name.startsWith("forbidden/")) {
      response.writeHead(403).end("<Error><Code>AccessDenied</Code><Message>no</Message></Error>");
    } else if (!found) {
      response.writeHead(404).end("<Error><Code>NoSuchKey</Code><Message>no</Message></Error>");
    } else {
      // An object's time is a part of what a video is known by.
      const headers = { "content-length": found.byteLength, "last-modified": CHANGED };
      response.writeHead(200, headers).end(found);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    objects,
    requests,
    hold: (name) => new Promise((resolve) => held.set(name, resolve)),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
