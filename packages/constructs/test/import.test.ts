import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const dist = (name: string) => fileURLToPath(new URL(`../dist/${name}`, import.meta.url));

/** Services of the CDK whose code a program has loaded that imports the package and does no more. */
function services(program: string): string[] {
  const list = `
    const files = Object.keys((await import("node:module")).default._cache);
    const found = files.map((file) => /aws-cdk-lib.(aws-[a-z0-9-]+).lib/.exec(file)?.[1]);
    console.log(JSON.stringify([...new Set(found)].filter((name) => name !== undefined)));`;
  const said = execFileSync(process.execPath, ["--input-type=module", "-e", `${program}\n${list}`]);
  return JSON.parse(String(said));
}

it("loads as an ES module no more of the CDK than as CommonJS, and far from all of it", () => {
  const imported = services(`await import(${JSON.stringify(dist("index.js"))});`);
  const required = services(
    `(await import("node:module")).createRequire(import.meta.url)(${JSON.stringify(dist("index.cjs"))});`,
  );
  expect(imported.sort()).toEqual(required.sort());
  expect(imported).not.toContain("aws-eks");
});

it("has no AWS client in what synthesis loads: those are the functions'", () => {
  for (const name of ["index.js", "index.cjs"])
    expect(readFileSync(dist(name), "utf8")).not.toMatch(/@aws-sdk\//);
});
