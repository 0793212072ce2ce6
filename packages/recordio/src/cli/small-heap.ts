import { setFlagsFromString } from "node:v8";

/**
 * Images live outside the JavaScript heap; a small heap keeps a hundred thousand of them below 130 MB, not 250. Pass-through
 * makes no images, only short-lived objects, and is faster by a twentieth without it.
 */
export function keepHeapSmall(args: readonly string[]): void {
  if (!args.includes("--pass-through")) setFlagsFromString("--optimize-for-size");
}
