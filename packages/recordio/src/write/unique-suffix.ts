import { hostname } from "node:os";

let count = 0;

/**
 * Text that no other file of this name ends in, in this process or another; not a secret. It tells whose file it is,
 * for {@link removeStrays}.
 */
export function uniqueSuffix(): string {
  count++;
  return `${hostname()}-${process.pid}-${count}-${Math.random().toString(36).slice(2, 10)}`;
}
