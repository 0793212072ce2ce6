import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const program = fileURLToPath(new URL("../bin/sightline.js", import.meta.url));
const isHost = process.platform === "linux" && process.arch === "x64";
let folder: string;
let told: { packages: number; digest: string; hasFfmpeg: boolean };

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sightline-test-"));
  if (!isHost) return;
  const args = [
    "image",
    "build",
    "--context-only",
    join(folder, "one"),
    "--platform",
    "linux/amd64",
    "--json",
  ];
  told = JSON.parse(execFileSync(process.execPath, [program, ...args], { encoding: "utf8" }));
});
afterAll(() => rmSync(folder, { recursive: true }));

// Elsewhere it would have to fetch packages of Linux.
describe.skipIf(!isHost)("image build --context-only", () => {
  const file = (name: string) => readFileSync(join(folder, "one", name), "utf8");

  it("holds programs that run with nothing but what lies there", () => {
    const { hasFfmpeg } = told;
    for (const name of ["train", "process"]) {
      const args = [join(folder, "one/dist", `${name}.js`), "--help"];
      expect(execFileSync(process.execPath, args, { encoding: "utf8" })).toContain(name);
    }
    const load = ["sharp", "onnxruntime-node", "@sightline/recordio", "@sightline/video-markup"]
      .map((name) => `await import("${name}");`)
      .join("");
    execFileSync(process.execPath, ["--input-type=module", "-e", load], { cwd: join(folder, "one") });
    expect(hasFfmpeg).toBe(true);
  });

  it("has no other platform's binaries, no declarations and no source maps", () => {
    const names = readdirSync(join(folder, "one"), { recursive: true, encoding: "utf8" });
    expect(names.filter((name) => /darwin|win32|musl|arm64.*\.node|\.d\.ts$|\.map$/.test(name))).toEqual([]);
    expect(names.filter((name) => name.endsWith("libonnxruntime.so.1"))).toHaveLength(1);
    // recordio carries those of libjpeg-turbo inside.
    expect(names.filter((name) => /jpeg-turbo-[^/]*\/.*\.node$/.test(name))).toHaveLength(1);
  });

  it("lists every package in the bill of materials and in NOTICE, with its licence", () => {
    const bill = JSON.parse(file("sbom.cdx.json"));
    expect(bill).toMatchObject({ bomFormat: "CycloneDX", specVersion: "1.6" });
    expect(bill.components).toHaveLength(told.packages - 1);
    const references = new Set([bill.metadata.component, ...bill.components].map((c) => c["bom-ref"]));
    expect(references.size).toBe(told.packages);
    for (const { ref, dependsOn } of bill.dependencies)
      for (const name of [ref, ...dependsOn]) expect(references).toContain(name);
    const notice = file("NOTICE");
    for (const { name, version, licenses } of bill.components) {
      expect(licenses, name).toHaveLength(1);
      expect(notice).toContain(`${name} ${version}: `);
    }
    expect(notice).toContain("GNU GENERAL PUBLIC LICENSE");
  });

  it("is not written into a folder that holds something", () => {
    const args = [program, "image", "build", "--context-only", folder];
    expect(() => execFileSync(process.execPath, args, { stdio: "pipe" })).toThrow(/is not empty/);
  });
});
