import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** What this package uses of `@julusian/jpeg-turbo` 2.3. */
export interface TurboAddon {
  readonly FORMAT_RGB: number;
  readonly FORMAT_RGBX: number;
  readonly SAMP_420: number;
  bufferSize(options: { width: number; height: number; subsampling: number }): number;
  decompressSync(image: Buffer, out: Buffer, options: { format: number }): { width: number; height: number };
  compressSync(
    pixels: Buffer,
    out: Buffer,
    options: { format: number; width: number; height: number; subsampling: number; quality: number },
  ): Buffer;
}

/** The binding as it comes out of the binary: its buffers are as long as what was given, its sizes tell what is used. */
interface Binding extends Omit<TurboAddon, "compressSync"> {
  compressSync(...args: Parameters<TurboAddon["compressSync"]>): { data: Buffer; size: number };
}

let loaded: { addon?: TurboAddon; reason?: string } | undefined;

/**
 * The libjpeg-turbo addon.
 *
 * @returns the addon, or why there is none (no binary for this platform, or bundled without it)
 */
export function loadTurboAddon(): { readonly addon?: TurboAddon; readonly reason?: string } {
  loaded ??= load();
  return loaded;
}

function load(): { addon?: TurboAddon; reason?: string } {
  try {
    const binding = createRequire(import.meta.url)(binaryPath()) as Binding;
    const compressSync: TurboAddon["compressSync"] = (...args) => {
      const { data, size } = binding.compressSync(...args);
      return data.subarray(0, size);
    };
    return { addon: { ...binding, compressSync } };
  } catch (error) {
    return { reason: (error as Error).message.split("\n")[0]! };
  }
}

/**
 * The build copies the binaries of every platform out of `@julusian/jpeg-turbo`: as a dependency it would bring cmake-js
 * and its 69 packages, for platforms that have no binary, where sharp serves as well.
 */
function binaryPath(): string {
  const { platform, arch } = process;
  const libc = platform === "linux" && existsSync("/etc/alpine-release") ? "-musl" : "";
  const binary = join(`jpeg-turbo-${platform}-${arch}${libc}`, "node-napi-v7.node");
  const here = dirname(fileURLToPath(import.meta.url));
  const built = join(here, "jpeg-turbo", binary);
  if (existsSync(built)) return built;
  // From the sources, in tests.
  return join(here, "..", "..", "node_modules", "@julusian", "jpeg-turbo", "prebuilds", binary);
}
