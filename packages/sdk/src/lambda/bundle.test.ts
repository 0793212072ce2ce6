import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { folder } from "../../test/support/with-folder.js";

const entry = fileURLToPath(new URL("./index.ts", import.meta.url));

/** Bundles one handler as a user would, with its AWS client, and says which packages are in it. */
async function bundle(code: string, outfile: string) {
  const { metafile } = await build({
    stdin: { contents: `import * as lambda from ${JSON.stringify(entry)}; ${code}`, resolveDir: folder },
    bundle: true,
    minify: true,
    outfile,
    format: "esm",
    platform: "node",
    target: "node20",
    metafile: true,
    // The clients' ES modules: esbuild takes their CommonJS for Node.js, of which it can leave out less.
    mainFields: ["module", "main"],
    // What the AWS SDK requires of Node.
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
  });
  const [output] = Object.values(metafile.outputs);
  const used = Object.entries(output!.inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  const inputs = used.map(([path]) => path).join("\n");
  const clients = new Set(
    [...inputs.matchAll(/@aws-sdk\/(client-[a-z0-9-]+)\/dist/g)].map((match) => match[1]),
  );
  return { bytes: output!.bytes, clients: [...clients] };
}

test("the classify handler's bundle has no client but the one it asks with, and stays below 350 kB", async () => {
  const outfile = join(folder, "handler.mjs");
  const code = 'export const handler = lambda.createClassifyHandler({ endpointName: "drivers" });';
  const { bytes, clients } = await bundle(code, outfile);
  expect(clients).toEqual(["client-sagemaker-runtime"]);
  expect(bytes).toBeLessThan(350_000);
  const { handler } = await import(pathToFileURL(outfile).href);
  expect(await handler({ httpMethod: "GET" })).toMatchObject({ statusCode: 405 });
  expect(await handler({ body: "text" })).toMatchObject({ statusCode: 415 });
});

test("the video trigger's bundle has the clients of invocations and of S3 only", async () => {
  const code = `export const handler = lambda.createVideoTrigger({
    endpointName: "p", inputUri: "s3://roads/in/", outputUri: "s3://roads/out/" });`;
  const { clients } = await bundle(code, join(folder, "trigger.mjs"));
  expect(clients.sort()).toEqual(["client-s3", "client-sagemaker-runtime"]);
});
