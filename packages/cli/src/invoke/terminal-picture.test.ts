import sharp from "sharp";
import { expect, it } from "vitest";
import { terminalPicture } from "./terminal-picture.js";

it("shows two pixels a character in their own colours, with transparency on black", async () => {
  const pixels = Buffer.from([255, 0, 0, 255, 0, 0, 255, 255, 0, 255, 0, 255, 9, 9, 9, 0]);
  const picture = await sharp(pixels, { raw: { width: 2, height: 2, channels: 4 } })
    .png()
    .toBuffer();
  const shown = await terminalPicture(picture, 2);
  // Of two columns: enlarged no further.
  expect(shown).toBe(
    "\u001b[38;2;255;0;0m\u001b[48;2;0;255;0m▀\u001b[38;2;0;0;255m\u001b[48;2;0;0;0m▀\u001b[0m\n",
  );
});

it("shows nothing of what is no picture", async () => {
  expect(await terminalPicture(new Uint8Array(9), 80)).toBe("");
});
