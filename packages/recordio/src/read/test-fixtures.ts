import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const fixtures = new URL("../../test/fixtures/", import.meta.url);

/** Path of a file that MXNet wrote. */
export const fixture = (name: string): string => fileURLToPath(new URL(name, fixtures));

/** What MXNet was given for them. */
export const expected = JSON.parse(readFileSync(fixture("expected.json"), "utf8")) as {
  images: { id: number; flag: number; labels: number[]; sha256: string; length: number }[];
  magic: string[];
  golden: string;
};

/** Everything that is iterated. */
export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

/** SHA-256 in hex. */
export function digestOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
