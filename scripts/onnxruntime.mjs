// Writes the packages that our published ones get instead of onnxruntime-node: its own files, unchanged but for one line,
// as one package with the JavaScript and one for each platform. The original carries the binaries of every platform
// (288 MB), and npm 10 and 11 fail where its install script cannot download CUDA's.
//   node scripts/onnxruntime.mjs FOLDER
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "./workspace.mjs";

const source = dirname(
  createRequire(join(root, "container", "package.json")).resolve("onnxruntime-node/package.json"),
);
const original = JSON.parse(readFileSync(join(source, "package.json"), "utf8"));
const name = "@sightline/onnxruntime-node";
const binaries = join(source, "bin", "napi-v6");
const home = "https://github.com/microsoft/onnxruntime";

/** Every platform that ONNX Runtime has a binary for, as `linux-x64`. */
export const platforms = readdirSync(binaries)
  .flatMap((os) => readdirSync(join(binaries, os)).map((cpu) => `${os}-${cpu}`))
  .sort();

/** Fills `target` with a folder for each package and returns them, in the order in which they are published. */
export function writeOnnxRuntimePackages(target) {
  rmSync(target, { recursive: true, force: true });
  const parts = platforms.map((platform) => writePlatform(join(target, platform), platform));
  return [...parts, writeJavaScript(join(target, "javascript"))];
}

function writePlatform(folder, platform) {
  const [os, cpu] = platform.split("-");
  const from = join(binaries, os, cpu);
  for (const file of readdirSync(from)) {
    // npm has no links: the library lies there under two names, of which the binding asks for this one.
    if (/^libonnxruntime\.\d+\.\d+\.\d+\.dylib$/.test(file)) continue;
    cpSync(join(from, file), join(folder, file), { recursive: true });
  }
  return writeManifest(folder, {
    name: `${name}-${platform}`,
    description: `The binaries of onnxruntime-node for ${os} on ${cpu}.`,
    // Yarn must unpack it: the system loads these files.
    preferUnplugged: true,
    main: "./onnxruntime_binding.node",
    os: [os],
    cpu: [cpu],
    ...(os === "linux" ? { libc: ["glibc"] } : {}),
  });
}

function writeJavaScript(folder) {
  cpSync(join(source, "dist"), join(folder, "dist"), {
    recursive: true,
    filter: (file) => !file.endsWith(".map"),
  });
  const binding = join(folder, "dist", "binding.js");
  const load = /\nrequire\(`\.\.\/bin\/napi-v6\/[^`]*\/onnxruntime_binding\.node`\);\n/;
  const parts = readFileSync(binding, "utf8").split(load);
  if (parts.length !== 2) throw new Error(`${source} loads its binary otherwise than it did: see binding.js`);
  writeFileSync(
    binding,
    parts.join('\nrequire("./load-binding.js")();\n').replace(/\n\/\/# sourceMappingURL.*/, ""),
  );
  writeFileSync(join(folder, "dist", "load-binding.js"), loader);
  return writeManifest(folder, {
    name,
    description: "onnxruntime-node without an install script: its JavaScript, and one package a platform.",
    main: original.main,
    types: original.types,
    dependencies: { "onnxruntime-common": original.dependencies["onnxruntime-common"] },
    optionalDependencies: Object.fromEntries(
      platforms.map((platform) => [`${name}-${platform}`, original.version]),
    ),
  });
}

function writeManifest(folder, manifest) {
  mkdirSync(folder, { recursive: true });
  const { repository } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const all = { ...manifest, version: original.version, license: original.license, repository };
  const published = { ...all, engines: { node: ">=20.19" }, publishConfig: { access: "public" } };
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(published, undefined, 2)}\n`);
  writeFileSync(join(folder, "README.md"), readme(manifest));
  writeFileSync(join(folder, "LICENSE"), licence);
  return { name: manifest.name, version: original.version, folder };
}

const loader = `"use strict";
// Of Sightline: each platform's binaries are a package of their own.
const platforms = ${JSON.stringify(platforms)};

module.exports = () => {
  const platform = \`\${process.platform}-\${process.arch}\`;
  const part = \`${name}-\${platform}\`;
  if (!platforms.includes(platform)) {
    throw new Error(\`ONNX Runtime ${original.version} has no binary for \${platform}, only for \${platforms.join(", ")}.\`);
  }
  try {
    return require(part);
  } catch (cause) {
    if (cause.code !== "MODULE_NOT_FOUND") throw cause;
    throw new Error(
      \`ONNX Runtime's binary for this machine, the package \${part}@${original.version}, is not installed. \` +
        "It is an optional dependency: install without --omit=optional (--no-optional), on the system that runs it " +
        "(a node_modules or lock file from another one lacks it: delete both and install again). On Linux it needs glibc; Alpine has musl. " +
        "In a bundle leave onnxruntime-node external and install it beside.",
      { cause },
    );
  }
};
`;

const readme = (manifest) => `# ${manifest.name}

${manifest.description} Files of [onnxruntime-node](${home}/tree/main/js/node) ${original.version}, published for the packages of Sightline, which depend on it by the name \`onnxruntime-node\`.

onnxruntime-node itself carries the binaries of every platform and downloads CUDA's while it is installed. Here a package manager chooses the one platform's, and runs nothing. To have the original, with CUDA, say so in your package.json: \`"overrides": { "onnxruntime-node": "npm:onnxruntime-node@${original.version}" }\` (pnpm: below \`"pnpm"\`; Yarn: \`"resolutions"\`).
`;

const licence = `MIT License

Copyright (c) Microsoft Corporation

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.

The binaries hold third-party software, whose notices are at
${home}/blob/v${original.version}/ThirdPartyNotices.txt.
`;

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [, , target] = process.argv;
  if (target === undefined || existsSync(target)) {
    console.error("usage: node scripts/onnxruntime.mjs FOLDER   (one that is not there yet)");
    process.exit(2);
  }
  for (const { name: written } of writeOnnxRuntimePackages(target)) console.error(`onnxruntime: ${written}`);
}
