// Figures of the local server: S3 throughput and memory, endpoint start. Invocations: front-door.mjs.
//   node bench/run.mjs [gigabytes]      (build first)
import { createReadStream, truncateSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { createEndpoint, startServer } from "./server.mjs";

const require = createRequire(import.meta.url);
const { S3Client, CreateBucketCommand, GetObjectCommand, PutObjectCommand } = require("@aws-sdk/client-s3");
const { Upload } = require("@aws-sdk/lib-storage");
const { SageMakerClient } = require("@aws-sdk/client-sagemaker");

const bytes = Math.round(Number(process.argv[2] ?? 1) * 2 ** 30);
const server = await startServer(fileURLToPath(new URL("echo", import.meta.url)));
const s3 = new S3Client(server.config);

async function measure(name, work) {
  const before = server.cpuSeconds();
  const started = performance.now();
  await work();
  const seconds = (performance.now() - started) / 1000;
  const cpu = server.cpuSeconds() - before;
  const mib = bytes / 2 ** 20;
  console.log(
    `${name.padEnd(34)} ${seconds.toFixed(2)} s  ${(mib / seconds).toFixed(0)} MiB/s  server CPU ${cpu.toFixed(2)} s (${(mib / cpu).toFixed(0)} MiB per CPU second)  peak ${server.peakMiB()} MiB`,
  );
}

try {
  await s3.send(new CreateBucketCommand({ Bucket: "bench" }));
  const file = path.join(server.folder, "big");
  writeFileSync(file, Buffer.alloc(1 << 20, "sightline"));
  truncateSync(file, bytes);
  console.log(`idle peak ${server.peakMiB()} MiB; object of ${bytes} bytes`);
  await measure("PutObject, one stream", () =>
    s3.send(
      new PutObjectCommand({
        Bucket: "bench",
        Key: "one",
        Body: createReadStream(file),
        ContentLength: bytes,
      }),
    ),
  );
  await measure("lib-storage, 8 MiB parts", () =>
    new Upload({
      client: s3,
      partSize: 8 << 20,
      params: { Bucket: "bench", Key: "parts", Body: createReadStream(file) },
    }).done(),
  );
  for (const Key of ["one", "parts"]) {
    await measure(`GetObject (${Key})`, async () => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: "bench", Key }));
      let read = 0;
      for await (const piece of Body) read += piece.length;
      if (read !== bytes) throw new Error(`read ${read} bytes`);
    });
  }
  const started = performance.now();
  await createEndpoint(new SageMakerClient(server.config), "e");
  console.log(
    `endpoint of a bare node server in service after ${(performance.now() - started).toFixed(0)} ms`,
  );
} finally {
  await server.close();
}
