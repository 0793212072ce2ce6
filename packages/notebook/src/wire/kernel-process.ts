import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KernelError } from "../errors.js";
import type { ConnectionInfo } from "./connection.js";

/** A command that starts a kernel, as a kernel spec gives it. */
export interface KernelCommand {
  /** Name for messages. */
  readonly name: string;
  /** Program and arguments; `{connection_file}` is replaced. */
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** How its running cell is interrupted: by a message on the control socket, or by SIGINT. */
  readonly interruptBy: "message" | "signal";
  /** Our own kernel listens on sockets in a private folder instead of TCP ports: no races, nobody else's ear. */
  readonly ownKernel: boolean;
}

/** A started kernel process. */
export interface KernelProcess {
  readonly connection: ConnectionInfo;
  /** Resolves when the process has ended, with what it said of it. */
  readonly exited: Promise<string>;
  /** What it wrote to its real stdout and stderr (children of cells do), last 4,000 characters. */
  tail(): string;
  interrupt(): void;
  /** Ends the process and everything in its process group, and removes its folder. */
  kill(): void;
}

/** Longest path of a Unix socket: `sun_path` has 104 bytes on macOS, 108 on Linux. */
const maxSocketPath = 100;
const tailChars = 4_000;

/** Starts a kernel in `cwd`; `onText` gets what it writes to its real stdout and stderr. */
export async function startKernelProcess(
  command: KernelCommand,
  cwd: string,
  env: Readonly<Record<string, string>>,
  onText: (text: string) => void,
): Promise<KernelProcess> {
  const folder = mkdtempSync(join(tmpdir(), "sightline-kernel-"));
  const connection = await makeConnection(command.ownKernel, folder);
  const file = join(folder, "connection.json");
  writeFileSync(file, JSON.stringify(connection), { mode: 0o600 });
  const [program, ...args] = command.argv.map((part) => part.replaceAll("{connection_file}", file));
  // Or a kernel whose parent is killed before it can look would take whoever inherits it for its parent.
  if (command.ownKernel) args.push("--parent", String(process.pid));
  const child = spawn(program!, args, {
    cwd,
    env: { ...process.env, ...command.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: process.platform !== "win32",
  });
  let tail = "";
  const listen = (text: string) => {
    tail = (tail + text).slice(-tailChars);
    onText(text);
  };
  // Decoded as a stream: a character may lie in two chunks.
  child.stdout.setEncoding("utf8").on("data", listen);
  child.stderr.setEncoding("utf8").on("data", listen);
  const exited = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(`could not be started (${error.message})`));
    child.once("exit", (code, signal) =>
      resolve(signal === null ? `exit status ${code}` : `signal ${signal}`),
    );
  });
  const end = () => killGroup(child);
  process.once("exit", end);
  void exited.then(() => removeFolder(folder));
  return {
    connection,
    exited,
    tail: () => tail,
    interrupt: () => void child.kill("SIGINT"),
    kill: () => {
      process.off("exit", end);
      end();
      removeFolder(folder);
    },
  };
}

/** The group outlives its leader, so that what a cell left running goes too. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(process.platform === "win32" ? child.pid : -child.pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/**
 * Removes a kernel's folder with its Unix sockets. Node's loader looks at the file type of the last `stat` of the
 * process while it follows links (`realpathSync` in lib/fs.js), and stops at once when that was a socket: the next
 * package to be imported would then not be found behind its link. Another `stat` makes up for it.
 */
function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  statSync(tmpdir());
}

async function makeConnection(ownKernel: boolean, folder: string): Promise<ConnectionInfo> {
  const common = { key: randomUUID(), signature_scheme: "hmac-sha256" };
  const path = join(folder, "s");
  if (ownKernel && process.platform !== "win32" && path.length + 2 <= maxSocketPath) {
    const ports = { shell_port: 1, iopub_port: 2, stdin_port: 3, control_port: 4, hb_port: 5 };
    return { transport: "ipc", ip: path, ...ports, ...common };
  }
  const [shell_port, iopub_port, stdin_port, control_port, hb_port] = await freePorts(5);
  return {
    transport: "tcp",
    ip: "127.0.0.1",
    shell_port: shell_port!,
    iopub_port: iopub_port!,
    stdin_port: stdin_port!,
    control_port: control_port!,
    hb_port: hb_port!,
    ...common,
  };
}

/** Ports that were free a moment ago: all are held before any is let go, so that they differ. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen(0, "127.0.0.1", resolve);
      });
      return server;
    }),
  );
  const ports = servers.map((server) => {
    const address = server.address();
    if (address === null || typeof address === "string")
      throw new KernelError("No free TCP port on 127.0.0.1.");
    return address.port;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
