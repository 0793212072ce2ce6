import { createRequire } from "node:module";

/** What this package uses of `@julusian/jpeg-turbo` 2. */
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

let loaded: { addon?: TurboAddon; reason?: string } | undefined;

/**
 * The libjpeg-turbo addon, an optional dependency.
 *
 * @returns the addon, or why there is none (not installed, or no binary for this platform)
 */
export function loadTurboAddon(): { readonly addon?: TurboAddon; readonly reason?: string } {
  loaded ??= load();
  return loaded;
}

function load(): { addon?: TurboAddon; reason?: string } {
  try {
    return { addon: createRequire(import.meta.url)("@julusian/jpeg-turbo") as TurboAddon };
  } catch (error) {
    return { reason: (error as Error).message.split("\n")[0]! };
  }
}
