import type { Table } from "./field.js";

/** How the channels of a pixel become numbers, of a picture and of a frame alike. */
export const pixelFields = {
  channels: {
    type: "choice",
    values: ["RGB", "BGR"],
    meaning: "Order of the channels; `mean` and `std` follow it",
  },
  mean: {
    type: "list",
    of: { type: "number" },
    items: "numbers",
    length: 3,
    meaning: "Subtracted from the scaled value, one for each channel",
  },
  std: {
    type: "list",
    of: { type: "non-zero" },
    items: "numbers other than 0",
    length: 3,
    meaning: "What the rest is divided by, one for each channel",
  },
} as const satisfies Table;
