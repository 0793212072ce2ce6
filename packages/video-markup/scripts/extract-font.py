"""Writes src/annotate/font-data.ts: the outlines of DejaVu Sans Bold as one base64 string.

Run with fonttools and matplotlib (which ships the font) installed:
    python scripts/extract-font.py > src/annotate/font-data.ts

Format, all varints (7 bits a byte, low first): for each glyph code point, advance, contour count; for
each contour point count, then for each point zigzag(dx) * 2 + on-curve and zigzag(dy), the steps from the
glyph's previous point (the first from 0, 0), in units of 1/1024 em, y up.
"""

import base64
import os
import sys

import matplotlib
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont

path = os.path.join(os.path.dirname(matplotlib.__file__), "mpl-data/fonts/ttf/DejaVuSans-Bold.ttf")
font = TTFont(path)
glyphs = font.getGlyphSet()
cmap = font.getBestCmap()
scale = 1024 / font["head"].unitsPerEm
ranges = [(0x20, 0x7E), (0xA0, 0x17F), (0x391, 0x3C9), (0x410, 0x451), (0x2013, 0x2014), (0x2018, 0x201D)]
extra = [0x2022, 0x2026, 0x20AC, 0x2192, 0x25A1]
codes = [c for a, b in ranges for c in range(a, b + 1)] + extra

out = bytearray()


def put(value):
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)


def zigzag(value):
    return value * 2 if value >= 0 else -value * 2 - 1


for code in codes:
    if code not in cmap:
        continue
    glyph = glyphs[cmap[code]]
    pen = DecomposingRecordingPen(glyphs)
    glyph.draw(pen)
    contours, points = [], []
    for verb, args in pen.value:
        if verb == "moveTo":
            points = [(args[0], True)]
        elif verb == "lineTo":
            points.append((args[0], True))
        elif verb == "qCurveTo":
            if args[-1] is None:
                points += [(p, False) for p in args[:-1]]
            else:
                points += [(p, False) for p in args[:-1]] + [(args[-1], True)]
        elif verb == "closePath":
            if len(points) > 1 and points[0] == points[-1]:
                points.pop()
            contours.append(points)
        else:
            raise SystemExit(f"{verb} in glyph {code:#x}")
    put(code)
    put(round(glyph.width * scale))
    put(len(contours))
    px = py = 0
    for points in contours:
        put(len(points))
        for (x, y), on in points:
            x, y = round(x * scale), round(y * scale)
            put(zigzag(x - px) * 2 + (1 if on else 0))
            put(zigzag(y - py))
            px, py = x, y

os2 = font["OS/2"]
text = base64.b64encode(bytes(out)).decode()
lines = "\n".join(f'  "{text[i:i + 100]}",' for i in range(0, len(text), 100))
sys.stdout.write(
    f"""// Written by scripts/extract-font.py: DejaVu Sans Bold {font['name'].getDebugName(5)}. Do not edit.
// Licence: Bitstream Vera and Arev fonts' licence, see THIRD-PARTY-NOTICES.md.

/** Height of a capital in units of 1/1024 em. */
export const capHeight = {round(os2.sCapHeight * scale) if getattr(os2, 'sCapHeight', 0) else 747};
/** Height of a small x in units of 1/1024 em. */
export const xHeight = {round(os2.sxHeight * scale) if getattr(os2, 'sxHeight', 0) else 560};
/** Outlines, base64: the format is described in the script. */
export const outlines = [
{lines}
].join("");
"""
)
