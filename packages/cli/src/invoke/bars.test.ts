import { expect, it } from "vitest";
import { bars } from "./bars.js";

it("draws each class with a bar of eighths of a character, in columns", () => {
  const rows = [
    { classId: 1, className: "texting", probability: 1 },
    { classId: 0, className: "safe", probability: 0.2542 },
    { classId: 2, className: "", probability: 0 },
  ];
  expect(bars(rows).split("\n")).toEqual([
    `  texting  ${"█".repeat(30)}  100.0 %`,
    `  safe     ${`${"█".repeat(7)}▋`.padEnd(30)}   25.4 %`,
    `           ${" ".repeat(30)}    0.0 %`,
    "",
  ]);
});
