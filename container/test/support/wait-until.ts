/** Looks again and again until something is so; the test's own time limit ends a wait for ever. */
export async function waitUntil(look: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await look())) await new Promise((resolve) => setTimeout(resolve, 20));
}
