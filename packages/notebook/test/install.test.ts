import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { load, printed, run } from "./command.js";
import { writeNotebook } from "./notebook-file.js";

const folder = () => mkdtempSync(join(tmpdir(), "sightline-test-"));

describe("the kernel spec", () => {
  it("is installed without Python, starts by absolute paths, and is removed again", async () => {
    const data = folder();
    const env = { JUPYTER_DATA_DIR: data, PATH: "/nonexistent" };
    const installed = await run(["install"], env);
    const spec = join(data, "kernels", "sightline", "kernel.json");
    expect(installed).toMatchObject({ status: 0, stdout: `Installed ${dirname(spec)}\n`, stderr: "" });
    const { argv, display_name, language, interrupt_mode } = JSON.parse(readFileSync(spec, "utf8"));
    expect({ display_name, language, interrupt_mode }).toEqual({
      display_name: "TypeScript (Sightline)",
      language: "typescript",
      interrupt_mode: "message",
    });
    expect([argv[0], argv[2]].every((path: string) => existsSync(path))).toBe(true);
    expect(argv.slice(3)).toEqual(["--config-path", "{connection_file}"]);
    expect(await run(["uninstall"], env)).toMatchObject({ status: 0, stdout: `Removed ${dirname(spec)}\n` });
    expect(await run(["uninstall"], env)).toMatchObject({ status: 0, stdout: "It was not installed.\n" });
  });

  it("goes below --prefix under another name, from where `run --kernel` finds it", async () => {
    const prefix = folder();
    expect((await run(["install", "--prefix", prefix, "--name", "ts"])).status).toBe(0);
    const path = await writeNotebook(["console.log(6 * 7)"]);
    const output = join(dirname(path), "out.ipynb");
    const env = { JUPYTER_PATH: join(prefix, "share", "jupyter") };
    const { status, stderr } = await run(["run", path, output, "--kernel", "ts", "--quiet"], env);
    expect(status, stderr).toBe(0);
    expect(printed(load(output), "c1")).toBe("42\n");
  });

  it.each([".", "..", "-x", "a/b"])("is not put under the name %s", async (name) => {
    const data = folder();
    for (const command of ["install", "uninstall"]) {
      const { status, stderr } = await run([command, `--name=${name}`], { JUPYTER_DATA_DIR: data });
      expect([status, stderr]).toEqual([2, expect.stringContaining("A kernel name has")]);
    }
    expect(readdirSync(data)).toEqual([]);
  });

  it("says where it cannot be put", async () => {
    const file = join(folder(), "file");
    writeFileSync(file, "");
    const { status, stderr } = await run(["install", "--prefix", file]);
    expect(status).toBe(2);
    expect(stderr).toMatch(/Cannot install into .*file.*Choose another place with --prefix DIR\.\n$/);
  });

  it("of another kernel is not removed", async () => {
    const data = folder();
    mkdirSync(join(data, "kernels", "sightline"), { recursive: true });
    writeFileSync(join(data, "kernels", "sightline", "kernel.json"), '{"argv":["/usr/bin/other"]}');
    const { status, stderr } = await run(["uninstall"], { JUPYTER_DATA_DIR: data });
    expect(status).toBe(2);
    expect(stderr).toContain("belongs to another kernel (it starts /usr/bin/other)");
  });
});

describe("doctor", () => {
  it("refuses a folder that is not there", async () => {
    const { status, stderr } = await run(["doctor", "/none"]);
    expect([status, stderr]).toEqual([2, expect.stringContaining('There is no folder "/none"')]);
  });

  it("runs a cell and tells what is missing, with a remedy", async () => {
    const env = { JUPYTER_DATA_DIR: folder(), JUPYTER_PATH: "", PATH: "/nonexistent" };
    const { status, stdout } = await run(["doctor", folder()], env);
    expect(stdout).toMatch(/^ok {7}Node\.js: Node\.js v/m);
    expect(stdout).toMatch(/^warning {2}Kernel spec: not installed .*\n {10}do: sightline-notebook install/m);
    expect(stdout).toMatch(/^warning {2}Jupyter: not on PATH/m);
    // The kernel brings Node's types: a folder without them lacks nothing.
    expect(stdout).not.toContain("types");
    expect(stdout).toMatch(/^ok {7}A cell: kernel ready in \d+\.\d s, compiled and ran a cell: 1,4,9$/m);
    expect(status).toBe(0);
  });

  it("finds a spec whose program has moved", async () => {
    const data = folder();
    mkdirSync(join(data, "kernels", "sightline"), { recursive: true });
    writeFileSync(
      join(data, "kernels", "sightline", "kernel.json"),
      '{"argv":["/gone/node","/gone/kernel.cjs"]}',
    );
    const { status, stdout } = await run(["doctor", "--json"], { JUPYTER_DATA_DIR: data, JUPYTER_PATH: "" });
    expect(status).toBe(1);
    const findings = JSON.parse(stdout) as { check: string; status: string; detail: string }[];
    expect(findings.find(({ check }) => check === "Kernel spec")).toMatchObject({
      status: "failed",
      detail: expect.stringContaining("/gone/node, which is gone"),
    });
  });
});

describe("clear and lint", () => {
  it("make an executed notebook fit to be committed", async () => {
    const path = await writeNotebook([{ text: "# T" }, "1 + 1"]);
    const output = join(dirname(path), "done.ipynb");
    await run(["run", path, output, "--quiet"]);
    const found = await run(["lint", output]);
    expect(found.status).toBe(1);
    expect(found.stdout).toContain(
      "cell 2 has outputs; remove them with: sightline-notebook clear (no-outputs)",
    );
    expect((await run(["clear", "--check", output])).status).toBe(1);
    expect((await run(["clear", dirname(output)])).status).toBe(0);
    expect(await run(["lint", output])).toMatchObject({ status: 0, stdout: "" });
    expect((await run(["clear", "--check", output])).status).toBe(0);
    expect((await run(["lint", "/gone"])).stderr).toContain('There is no notebook or folder "/gone"');
  });
});
