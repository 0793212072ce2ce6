import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CfnTemplate, iamTable } from "./support/iam-table.js";

const examples = fileURLToPath(new URL("../../../examples", import.meta.url));
const apps = readdirSync(examples)
  .filter((name) => existsSync(join(examples, name, "cdk.json")))
  .flatMap((name) =>
    readdirSync(join(examples, name, "dist"))
      .filter((file) => /^(.*-)?app\.js$/.test(file))
      .map((file) => [name, file] as const),
  );
/** What apps that must be told something are told. */
const CONTEXT = { apiId: "0123abcd", budgetUsd: "50", mail: "me@example.org" };
const MARKER = "<!-- The test of packages/constructs writes this table: UPDATE_IAM_TABLES=1. -->\n\n";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sightline-templates-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Synthesises an app once as `cdk` does, without credentials. @returns paths of its templates */
function synthesise([example, app]: readonly [string, string]): string[] {
  const out = join(folder, `${example}-${app}`);
  if (existsSync(out)) return templatesOf(out);
  const { status, stderr } = spawnSync(process.execPath, [join(examples, example, "dist", app)], {
    env: { PATH: process.env.PATH, CDK_OUTDIR: out, CDK_CONTEXT_JSON: JSON.stringify(CONTEXT) },
    encoding: "utf8",
  });
  expect(status, stderr).toBe(0);
  return templatesOf(out);
}

const templatesOf = (out: string) =>
  readdirSync(out)
    .filter((name) => name.endsWith(".template.json"))
    .map((name) => join(out, name));

/** How cfn-lint is run here, if it is: on PATH, or in the tests' own Python. */
function cfnLint(): readonly string[] | undefined {
  const python = process.env.SIGHTLINE_TEST_PYTHON;
  const ways = [["cfn-lint"], ...(python === undefined ? [] : [[python, "-m", "cfnlint"]])];
  return ways.find(([command, ...args]) => spawnSync(command!, [...args, "--version"]).status === 0);
}

/** What stands although cfn-lint warns of it, and why. */
const STANDS: Readonly<Record<string, string>> = {
  W3005: "CDK writes dependencies that a reference implies too",
  W3045:
    "CDK lets S3 write its access logs by the bucket's ACL unless an app asks otherwise by a feature flag",
};

test("cfn-lint finds nothing in the templates of the examples but what stands for a reason", {
  timeout: 600_000,
}, ({ skip }) => {
  const lint = cfnLint();
  if (lint === undefined) return skip("cfn-lint is not there: pip install cfn-lint");
  const [command, ...args] = lint;
  const templates = apps.flatMap(synthesise);
  expect(templates.length).toBeGreaterThan(2);
  const given = [...args, "--ignore-checks", ...Object.keys(STANDS), "--template", ...templates];
  const { stdout, stderr } = spawnSync(command!, given, { encoding: "utf8" });
  expect(stdout + stderr).toBe("");
});

test.for(apps)(
  "the README of %s says which role of %s may do what, as the template does",
  (app, { skip }) => {
    const readme = join(examples, app[0], "README.md");
    const text = readFileSync(readme, "utf8");
    const at = text.indexOf(MARKER);
    if (at === -1) return skip("its README has no such table");
    const rows = synthesise(app).flatMap((path) =>
      iamTable(JSON.parse(readFileSync(path, "utf8")) as CfnTemplate),
    );
    if (rows.length <= 2) return skip("it has no roles");
    const table = rows.join("\n");
    const start = at + MARKER.length;
    const end = text.indexOf("\n\n", start);
    if (process.env.UPDATE_IAM_TABLES) writeFileSync(readme, text.slice(0, start) + table + text.slice(end));
    // Formatting fills columns up.
    const plain = (lines: string) => lines.replace(/ +/g, " ").replace(/-{3,}/g, "---");
    expect(plain(readFileSync(readme, "utf8").slice(start, end))).toBe(plain(table));
  },
);
