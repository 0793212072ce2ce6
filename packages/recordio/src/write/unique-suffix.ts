let count = 0;

/** Text that no other file of this name ends in, in this process or another; not a secret. */
export function uniqueSuffix(): string {
  count++;
  return `${process.pid}-${count}-${Math.random().toString(36).slice(2, 10)}`;
}
