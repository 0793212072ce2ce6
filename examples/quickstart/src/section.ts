/** The section of a notebook's cell: "4. Pack into RecordIO (2)" belongs to "Pack into RecordIO". */
export function sectionOf(cellTitle: string): string {
  return cellTitle.replace(/^\d+\.\s*/, "").replace(/\s\(\d+\)$/, "");
}
