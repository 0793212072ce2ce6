/** What a run saw, by name: plain values that two runs can be compared by. */
export type Observations = Readonly<Record<string, string | number | boolean>>;

/** Figures of a machine, which differ and say nothing. */
const FIGURES = /seconds$|accuracy$|Probability$/;

/** A report in Markdown of what two runs saw. Account, bucket, role and session are named by words. */
export function writeReport(
  local: Observations,
  account: Observations,
  secrets: Readonly<Record<string, string>>,
  where: string,
): string {
  const names = [...new Set([...Object.keys(local), ...Object.keys(account)])];
  const shown = (value: unknown) => (value === undefined ? "not seen" : String(value).replaceAll("|", "\\|"));
  const row = (name: string) => {
    const same = local[name] === account[name];
    const verdict = same ? "same" : FIGURES.test(name) ? "figure" : "**differs**";
    return `| ${name} | ${shown(local[name])} | ${shown(account[name])} | ${verdict} |`;
  };
  const differing = names.filter((name) => local[name] !== account[name] && !FIGURES.test(name));
  const text = [
    `# What ${where} did otherwise than local`,
    "",
    differing.length === 0
      ? "Nothing but figures."
      : `${differing.length} of ${names.length}: ${differing.join(", ")}.`,
    "",
    "| what | local | there | |",
    "| --- | --- | --- | --- |",
    ...names.map(row),
    "",
  ].join("\n");
  return redact(text, secrets);
}

/** Replaces what tells whose account it was; the longest first, since names are parts of each other. */
export function redact(text: string, secrets: Readonly<Record<string, string>>): string {
  const known = Object.entries(secrets)
    .filter(([, secret]) => secret !== "")
    .sort(([, a], [, b]) => b.length - a.length);
  const named = known.reduce((all, [name, secret]) => all.replaceAll(secret, `<${name}>`), text);
  // Any other account, and keys, whatever brought them in.
  return named.replace(/\b\d{12}\b/g, "<account>").replace(/\b(AKIA|ASIA)[A-Z0-9]{12,}\b/g, "<key>");
}
