/**
 * A small program that outlives the server by a moment. The server tells it over stdin which
 * process groups it has started; when the server goes, however it goes, stdin ends, and the
 * reaper ends what is left: SIGTERM, then SIGKILL.
 *
 * Lines: `+PGID` started, `-PGID` ended, `docker` there are containers, whose label is the mark. Argument 1: the mark
 * that every child carries in its environment, by which Linux also finds children that left their group. Argument 2:
 * grace in ms.
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

const [mark = "", graceMs = "2000"] = process.argv.slice(2);
const groups = new Set<number>();
let hasContainers = false;

// A terminal's Ctrl-C goes to the whole foreground group; the reaper must live until stdin ends.
process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => undefined);
process.on("SIGHUP", () => undefined);

for await (const line of createInterface({ input: process.stdin })) {
  const pid = Number(line.slice(1));
  if (line === "docker") hasContainers = true;
  else if (line.startsWith("+")) groups.add(pid);
  else groups.delete(pid);
}
const targets = (): number[] => [...new Set([...[...groups].map((group) => -group), ...marked()])];
const first = targets();
if (first.length > 0) {
  for (const target of first) signal(target, "SIGTERM");
  const deadline = Date.now() + Number(graceMs);
  while (Date.now() < deadline && targets().some(isAlive)) await sleep(25);
  for (const target of targets()) signal(target, "SIGKILL");
}
if (hasContainers) removeContainers();

/** Docker's clients hand SIGTERM on; what has not ended by it, or lost its client, is ended here. */
function removeContainers(): void {
  try {
    const found = execFileSync("docker", ["ps", "--all", "--quiet", "--filter", `label=${mark}`], {
      encoding: "utf8",
    });
    const ids = found.split("\n").filter((id) => id !== "");
    if (ids.length > 0) execFileSync("docker", ["rm", "--force", ...ids]);
  } catch {
    // Nobody is left to be told; the next Docker runner on the state directory tries again.
  }
}

function signal(target: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(target, name);
  } catch {
    return false;
  }
}

function isAlive(target: number): boolean {
  return signal(target, 0);
}

function marked(): number[] {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc").flatMap((name) => {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) return [];
    try {
      return readFileSync(`/proc/${name}/environ`, "latin1").split("\0").includes(mark) ? [pid] : [];
    } catch {
      return [];
    }
  });
}
