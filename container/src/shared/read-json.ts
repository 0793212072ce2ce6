import { readFile } from "node:fs/promises";
import { JobInputError, messageOf } from "./errors.js";

/** Reads a JSON file. Throws `JobInputError` that names `what` when it is missing or is no JSON. */
export async function readJsonFile(path: string, what: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw new JobInputError(`Cannot read ${what} at ${path}: ${messageOf(cause)}.`, { cause });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new JobInputError(`${what} at ${path} is not valid JSON: ${messageOf(cause)}.`, { cause });
  }
}

/** True for a plain JSON object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
