/** The variables that a construct sets for its function. @throws Error naming those that are not set */
export function readSettings<Name extends string>(...names: readonly Name[]): Readonly<Record<Name, string>> {
  const missing = names.filter((name) => process.env[name] === undefined);
  if (missing.length > 0)
    throw new Error(
      `${missing.join(", ")} must be set in the function's environment, as its construct does.`,
    );
  return process.env as Record<Name, string>;
}
