/** Rows as text: columns as wide as what they hold, numbers at the right. The first row is the heading. */
export function table(rows: readonly (readonly (string | number)[])[]): string {
  const widths = rows.reduce<number[]>((most, row) => {
    row.forEach((cell, at) => {
      most[at] = Math.max(most[at] ?? 0, String(cell).length);
    });
    return most;
  }, []);
  const line = (row: readonly (string | number)[]) =>
    row
      .map((cell, at) =>
        typeof cell === "number" ? String(cell).padStart(widths[at]!) : cell.padEnd(widths[at]!),
      )
      .join("  ")
      .trimEnd();
  return rows.map((row) => `${line(row)}\n`).join("");
}

/** How long ago, for people: "3 min", "5 h", "2 d". */
export function age(since: Date | undefined, now = Date.now()): string {
  if (since === undefined) return "";
  const minutes = Math.max(0, Math.floor((now - since.getTime()) / 60_000));
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} d`;
}
