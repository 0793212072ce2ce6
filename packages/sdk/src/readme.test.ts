import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import * as sdk from "./index.js";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

it("names every function of the package in the README's table, and no other", () => {
  const isClass = (value: unknown) => /^class\b/.test(Function.prototype.toString.call(value));
  const verbs = Object.entries(sdk)
    .filter(([, value]) => typeof value === "function" && !isClass(value))
    .map(([name]) => name);
  const [, table = ""] = /## What there is\n([\s\S]*?)\n\n[^|\n]/.exec(readme) ?? [];
  const named = [...table.matchAll(/`(\w+)`/g)].map(([, name]) => name);
  expect(named.sort()).toEqual(verbs.sort());
});
