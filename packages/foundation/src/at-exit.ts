/** What is done when a process ends, in this order: a child that still runs could write what was just removed. */
const PHASES = ["children", "files"] as const;
type Works = Readonly<Record<(typeof PHASES)[number], (() => void)[]>>;

const KEY = Symbol.for("sightline.at-exit");
const shared = globalThis as { [KEY]?: Works };

/**
 * Does work when this process ends by itself (`process.exit`, an error that nobody caught, nothing left to do); nothing
 * runs at SIGKILL. One listener serves all our packages in a process, each of which has a copy of this module: Node
 * warns of more than ten.
 *
 * @param phase "children" ends child processes, "files" comes after that
 * @param work cannot wait, and must not throw
 */
export function atExit(phase: keyof Works, work: () => void): void {
  shared[KEY] ??= listen();
  shared[KEY][phase].push(work);
}

function listen(): Works {
  const works: Works = { children: [], files: [] };
  process.on("exit", () => {
    for (const phase of PHASES) for (const work of works[phase]) work();
  });
  return works;
}
