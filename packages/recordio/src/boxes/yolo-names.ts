import { ListError } from "../errors.js";

/**
 * Class names from Ultralytics' `data.yaml`: `names: [a, b]`, or `names: {0: a, 1: b}`, in any of YAML's ways to write
 * these.
 *
 * @returns undefined where it has no `names`
 * @throws ListError when it is not YAML, or `names` gives no name or leaves a class out
 */
export async function namesInYaml(text: string, path: string): Promise<string[] | undefined> {
  // Only here: nobody else is to wait until it is loaded.
  const { parse } = await import("yaml");
  let names: string | Readonly<Record<number, unknown>> | undefined;
  try {
    // In the failsafe schema all values are text: a class may be called 007 or null.
    names = (parse(text, { schema: "failsafe", logLevel: "error" }) as { names?: typeof names } | null)
      ?.names;
  } catch (cause) {
    throw new ListError(`${path}: it is not YAML: ${(cause as Error).message}`, { cause });
  }
  if (names === undefined) return undefined;
  const byLabel = typeof names === "object" ? names : {};
  const found = Object.keys(byLabel).map((_, label) => byLabel[label]);
  if (found.length === 0 || !found.every((name) => typeof name === "string" && name !== "")) {
    throw new ListError(
      `${path}: names must be a list of class names, or give one to each number from 0 on, not ${JSON.stringify(names).slice(0, 80)}.`,
    );
  }
  return found as string[];
}
