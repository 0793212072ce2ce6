import { createHash } from "node:crypto";

/** A short digest of plain data that does not depend on the order of members; for names and comparisons. */
export function fingerprint(value: unknown, length = 12): string {
  return createHash("sha256").update(canonical(value)).digest("hex").slice(0, length);
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`);
    return `{${members.join(",")}}`;
  }
  return JSON.stringify(value) ?? "undefined";
}

/** `name-suffix`, the name shortened so that the whole keeps SageMaker's 63 characters. */
export function nameWith(name: string, suffix: string): string {
  return `${name.slice(0, 62 - suffix.length).replace(/-+$/, "")}-${suffix}`;
}

/** `name-20261122-045638-1a2b3c`: for things that are new each time. */
export function nameWithTime(name: string, now: Date, random: string): string {
  const stamp = now.toISOString().replaceAll(/[-:]/g, "").replace("T", "-").slice(0, 15);
  return nameWith(name, `${stamp}-${random}`);
}
