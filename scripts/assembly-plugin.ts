import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import asc from "assemblyscript/asc";
import type { Options } from "tsup";

/** What an import of a kernel ends in: `import program from "./assembly/jpeg.ts?wasm"` gives the bytes of a module. */
const ENDING = "?wasm";

const FLAGS = ["-O3", "--noAssert", "--runtime", "stub", "--use", "abort=", "--enable", "simd"];

/** Compiles AssemblyScript to a module that imports its memory as `env.memory`. @throws Error with what the compiler says */
async function compile(path: string): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), "sightline-kernel-"));
  try {
    const outFile = join(folder, "kernel.wasm");
    const output = ["--outFile", outFile, "--importMemory", "--initialMemory", "1"];
    const { error, stderr } = await asc.main([path, ...output, ...FLAGS]);
    if (error !== null) throw new Error(`${path} does not compile:\n${stderr}`, { cause: error });
    return await readFile(outFile);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Compiles kernels in tsup's builds. */
export const assemblyForEsbuild: NonNullable<Options["esbuildPlugins"]>[number] = {
  name: "assembly",
  setup(build) {
    build.onResolve({ filter: /\?wasm$/ }, ({ path, resolveDir }) => ({
      path: resolve(resolveDir, path.slice(0, -ENDING.length)),
      namespace: "assembly",
    }));
    build.onLoad({ filter: /./, namespace: "assembly" }, async ({ path }) => ({
      contents: await compile(path),
      loader: "binary",
      watchDirs: [dirname(path)],
    }));
  },
};

/** Compiles kernels where vitest runs the sources. */
export const assemblyForVite = {
  name: "assembly",
  enforce: "pre",
  async load(id: string): Promise<string | undefined> {
    if (!id.endsWith(ENDING)) return undefined;
    const program = await compile(id.slice(0, -ENDING.length));
    return `export default Uint8Array.from(atob("${program.toString("base64")}"), (c) => c.charCodeAt(0));`;
  },
} as const;
