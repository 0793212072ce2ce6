/**
 * Jupyter counts a cursor in Unicode code points ("cursor_pos" in its messaging specification, since 5.2);
 * TypeScript, as JavaScript, in UTF-16 units, of which an emoji has two.
 */

/** Offset in UTF-16 units of an offset in code points; at most the text's length. */
export function unitOffset(text: string, codePoints: number): number {
  let units = 0;
  for (let left = codePoints; left > 0 && units < text.length; left--) {
    units += text.codePointAt(units)! > 0xffff ? 2 : 1;
  }
  return units;
}

/** Offset in code points of an offset in UTF-16 units. */
export const codePointOffset = (text: string, units: number): number => [...text.slice(0, units)].length;
