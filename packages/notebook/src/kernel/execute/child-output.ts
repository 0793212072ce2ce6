import childProcess, { type SpawnSyncReturns, type StdioOptions } from "node:child_process";
import { syncBuiltinESMExports } from "node:module";

type Stdio = readonly unknown[];
/** A child before its `spawn`; Node's class has it, its types do not. */
interface Spawned {
  spawn(options: { stdio?: StdioOptions }): number;
  stdout: NodeJS.ReadableStream | null;
  stderr: NodeJS.ReadableStream | null;
}

/**
 * Shows under a cell what its children write to an inherited stdout or stderr, which else goes to whatever started
 * the kernel. Such a descriptor becomes a pipe that is read here; a child that outlives its cell is read on.
 */
export function showChildOutput(): void {
  const child = childProcess.ChildProcess.prototype as unknown as Spawned;
  const { spawn } = child;
  child.spawn = function (this: Spawned, options) {
    const stdio = normal(options.stdio);
    const status = spawn.call(this, { ...options, stdio: piped(stdio) as StdioOptions });
    if (inherits(stdio, 1)) this.stdout = forward(this.stdout, process.stdout);
    if (inherits(stdio, 2)) this.stderr = forward(this.stderr, process.stderr);
    return status;
  };
  const { spawnSync } = childProcess;
  childProcess.spawnSync = ((...args: unknown[]) => {
    const at = args.findIndex(
      (arg, index) => index > 0 && typeof arg === "object" && !Array.isArray(arg) && arg !== null,
    );
    const options = (at < 0 ? {} : args[at]) as { stdio?: StdioOptions };
    const stdio = normal(options.stdio);
    if (!inherits(stdio, 1) && !inherits(stdio, 2))
      return spawnSync(...(args as Parameters<typeof spawnSync>));
    const changed = [...args];
    // As with `stdio: "inherit"`, there is no limit to what a child writes.
    changed[at] = { ...options, stdio: piped(stdio), maxBuffer: Number.POSITIVE_INFINITY };
    return shown(spawnSync(...(changed as Parameters<typeof spawnSync>)) as SpawnSyncReturns<Buffer>, stdio);
  }) as typeof spawnSync;
  for (const [name, isShell] of [
    ["execSync", true],
    ["execFileSync", false],
  ] as const) {
    childProcess[name] = orShown(childProcess[name] as never, isShell) as never;
  }
  syncBuiltinESMExports();
}

/** `execSync` and `execFileSync` call Node's own `spawnSync`: what inherits goes through ours instead. */
function orShown(original: (...args: unknown[]) => unknown, shell: boolean) {
  return (file: string, ...rest: unknown[]): unknown => {
    const args = Array.isArray(rest[0]) ? (rest[0] as string[]) : [];
    const options = (rest.find((one) => typeof one === "object" && one !== null && !Array.isArray(one)) ??
      {}) as {
      stdio?: StdioOptions;
      shell?: string;
    };
    const stdio = normal(options.stdio);
    if (!inherits(stdio, 1) && !inherits(stdio, 2)) return original(file, ...rest);
    const result = childProcess.spawnSync(file, args, shell ? { shell: true, ...options } : options);
    if (result.error !== undefined) throw Object.assign(result.error, result);
    if (result.status === 0) return result.stdout;
    throw Object.assign(new Error(`Command failed: ${[file, ...args].join(" ")}`), result);
  };
}

function shown(result: SpawnSyncReturns<Buffer>, stdio: Stdio): SpawnSyncReturns<Buffer> {
  const output = [...(result.output ?? [])];
  for (const [fd, stream] of [
    [1, process.stdout],
    [2, process.stderr],
  ] as const) {
    if (!inherits(stdio, fd)) continue;
    if (output[fd] !== null && output[fd] !== undefined) stream.write(output[fd]!);
    output[fd] = null;
  }
  return Object.assign(result, { output, stdout: output[1], stderr: output[2] });
}

function forward(from: NodeJS.ReadableStream | null, to: NodeJS.WriteStream): null {
  from?.on("data", (chunk) => to.write(chunk));
  // An inherited descriptor has no stream in the parent.
  return null;
}

function normal(stdio: StdioOptions | undefined): Stdio {
  if (Array.isArray(stdio)) return stdio;
  return [stdio ?? "pipe", stdio ?? "pipe", stdio ?? "pipe"];
}

function inherits(stdio: Stdio, fd: 1 | 2): boolean {
  const given = stdio[fd];
  return given === "inherit" || given === fd || given === (fd === 1 ? process.stdout : process.stderr);
}

const piped = (stdio: Stdio) =>
  stdio.map((given, fd) => ((fd === 1 || fd === 2) && inherits(stdio, fd) ? "pipe" : given));
