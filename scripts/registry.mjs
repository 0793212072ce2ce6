// A registry on loopback that has our packages as they would be published, and no others: what a package manager asks
// for the scope @sightline, while it asks its own registry for the rest.
import { createHash } from "node:crypto";
import { createReadStream, existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { platforms, writeOnnxRuntimePackages } from "./onnxruntime.mjs";
import { run } from "./run.mjs";
import { root } from "./workspace.mjs";

/** Packs the packages and ONNX Runtime for this machine into `folder`; other platforms' parts are known there, not packed. */
export async function packAll(packages, folder) {
  const runtime = writeOnnxRuntimePackages(join(folder, "onnxruntime"));
  const here = `${process.platform}-${process.arch}`;
  const places = runtime.filter(({ name }) => !platforms.some((p) => p !== here && name.endsWith(p)));
  const pack = ["pack", "--pack-gzip-level", "1", "--pack-destination", folder];
  const filters = packages.flatMap(({ name }) => ["--filter", name]);
  const jobs = [
    run("npx", ["-y", "pnpm@10", "--recursive", ...filters, ...pack], { cwd: root }),
    ...places.map((place) => run("npx", ["-y", "pnpm@10", ...pack], { cwd: place.folder })),
  ];
  for (const { code, output } of await Promise.all(jobs)) {
    if (code !== 0) throw new Error(`pack: ${output}`);
  }
  return runtime;
}

/** Serves what {@link packAll} has made; `npmrc` leads npm, pnpm and Yarn 1 to it. */
export async function serveRegistry(folder, runtime) {
  const manifests = new Map();
  for (const place of runtime) {
    const manifest = JSON.parse(readFileSync(join(place.folder, "package.json"), "utf8"));
    manifests.set(manifest.name, manifest);
  }
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".tgz"))) {
    const { output } = await run("tar", ["-xOzf", join(folder, file), "package/package.json"]);
    const manifest = JSON.parse(output);
    manifests.set(manifest.name, manifest);
  }
  let address = "";
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://x").pathname).slice(1);
    const manifest = manifests.get(path);
    const tarball = join(folder, path.replaceAll("/", "-"));
    if (manifest !== undefined) {
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(packument(manifest)));
    } else if (path.endsWith(".tgz") && existsSync(tarball)) createReadStream(tarball).pipe(response);
    else response.writeHead(404).end("{}");
  });
  const packument = (manifest) => {
    const { name, version } = manifest;
    const file = `${name.slice(1).replace("/", "-")}-${version}.tgz`;
    const path = join(folder, file);
    // A tarball that nobody here may fetch has a sum too.
    const bytes = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
    const integrity = `sha512-${createHash("sha512").update(bytes).digest("base64")}`;
    const shasum = createHash("sha1").update(bytes).digest("hex");
    const dist = { tarball: `${address}/${file}`, integrity, shasum };
    const versions = { [version]: { ...manifest, dist } };
    // Yarn 4 takes nothing that is younger than a day.
    return { name, "dist-tags": { latest: version }, time: { [version]: "2020-01-01T00:00:00Z" }, versions };
  };
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${server.address().port}`;
  return {
    url: address,
    // npm 12 takes an alias, whose own name is without the scope, for a package from elsewhere.
    npmrc: `@sightline:registry=${address}/\nallow-remote=all\n`,
    close: () => new Promise((resolve) => server.close(resolve).closeAllConnections()),
  };
}
