import { expect, it } from "vitest";
import { nameOf } from "./write-project.js";

it.each([
  ["/home/me/drivers", "drivers"],
  ["/home/me/My Drivers (2026)", "my-drivers-2026"],
  ["/home/me/2026-drivers", "drivers"],
  ["/", "pictures"],
  ["/home/me/ü", "pictures"],
  [`/tmp/${"long-".repeat(20)}`, "long-long-long-long-long-long-long-long"],
])("calls the project of %s %s", (folder, name) => {
  expect(nameOf(folder)).toBe(name);
});
