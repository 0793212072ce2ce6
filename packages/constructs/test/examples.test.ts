import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
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

/** What the environment of a laptop beside an emulator says, as `sightline-local` prints it. */
const LAPTOP = {
  AWS_ENDPOINT_URL: "http://127.0.0.1:4566",
  AWS_ENDPOINT_URL_SAGEMAKER: "http://127.0.0.1:8555",
  AWS_ACCESS_KEY_ID: "000000000000",
  AWS_SECRET_ACCESS_KEY: "secret",
  AWS_REGION: "us-east-1",
};

/** Synthesises an app once as `cdk` does; for AWS without credentials. @returns paths of its templates */
function synthesise([example, app]: readonly [string, string], where: object = {}): string[] {
  const out = join(folder, `${example}-${app}-${Object.keys(where).length}`);
  if (existsSync(out)) return templatesOf(out);
  const { status, stderr } = spawnSync(process.execPath, [join(examples, example, "dist", app)], {
    env: { PATH: process.env.PATH, CDK_OUTDIR: out, CDK_CONTEXT_JSON: JSON.stringify(CONTEXT), ...where },
    encoding: "utf8",
  });
  expect(status, stderr).toBe(0);
  return templatesOf(out);
}

const templatesOf = (out: string) =>
  readdirSync(out)
    .filter((name) => name.endsWith(".template.json"))
    .map((name) => join(out, name));

test.for(apps)("the template of %s, %s is one file for AWS, without credentials, and for a laptop", (app) => {
  const digest = (path: string) =>
    `${basename(path)} ${createHash("sha256").update(readFileSync(path)).digest("hex")}`;
  const [aws, laptop] = [synthesise(app), synthesise(app, LAPTOP)].map((paths) => paths.map(digest));
  expect(aws!.length).toBeGreaterThan(0);
  expect(laptop).toEqual(aws);
  process.stderr.write(`${app.join(" ")}: ${aws!.join(", ")}\n`);
});

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
  const templates = apps.flatMap((app) => synthesise(app));
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
