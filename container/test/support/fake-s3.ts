import { createServer, type IncomingMessage } from "node:http";

/** Just enough of S3 for one job: GET and PUT of whole objects, path style, without checking signatures. */
export interface FakeS3 {
  readonly url: string;
  /** Objects by "bucket/key". */
  readonly objects: Map<string, Buffer>;
  /** Requests seen, as "METHOD bucket/key". */
  readonly requests: string[];
  close(): Promise<void>;
}

/** Starts it on a free loopback port. */
export async function startFakeS3(): Promise<FakeS3> {
  const objects = new Map<string, Buffer>();
  const requests: string[] = [];
  const server = createServer(async (request, response) => {
    const name = decodeURIComponent(request.url!.split("?")[0]!.slice(1));
    requests.push(`${request.method} ${name}`);
    if (request.method === "PUT") {
      objects.set(name, await readAll(request));
      response.writeHead(200, { etag: '"x"' }).end();
      return;
    }
    const found = objects.get(name);
    if (name.startsWith("forbidden/")) {
      response.writeHead(403).end("<Error><Code>AccessDenied</Code><Message>no</Message></Error>");
    } else if (!found) {
      response.writeHead(404).end("<Error><Code>NoSuchKey</Code><Message>no</Message></Error>");
    } else {
      response.writeHead(200, { "content-length": found.byteLength }).end(found);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    objects,
    requests,
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
