import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { type LocalSageMaker, startLocalSageMaker } from "@sightline/local";
import { afterAll, beforeAll, expect, test } from "vitest";

const program = fileURLToPath(new URL("../bin/sightline.js", import.meta.url));
let folder: string;
let local: LocalSageMaker;

/** As after npm install in the folder above: the packages, and their commands on PATH. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sightline-init-"));
  local = await startLocalSageMaker({ stateDir: join(folder, "state") });
  const modules = join(folder, "node_modules");
  await mkdir(join(modules, "@sightline"), { recursive: true });
  await mkdir(join(modules, ".bin"));
  for (const name of ["cli", "notebook", "recordio", "sdk"]) {
    const at = fileURLToPath(new URL(`../../${name}`, import.meta.url));
    await symlink(at, join(modules, "@sightline", name));
  }
  await symlink(program, join(modules, ".bin/sightline"));
  const notebook = createRequire(import.meta.url).resolve("@sightline/notebook/package.json");
  await symlink(
    join(dirname(notebook), "bin/sightline-notebook.js"),
    join(modules, ".bin/sightline-notebook"),
  );
});
afterAll(async () => {
  await local.close();
  await rm(folder, { recursive: true, force: true });
});

function start(cwd: string, command: string): ChildProcess {
  const PATH = [join(folder, "node_modules/.bin"), dirname(process.execPath), process.env.PATH].join(
    delimiter,
  );
  const env = {
    ...process.env,
    ...local.env,
    PATH,
    PORT: "0",
    SIGHTLINE_PRICES: join(folder, "prices.json"),
  };
  return spawn("/bin/sh", ["-c", `exec ${command}`], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
}

async function run(cwd: string, command: string): Promise<{ code: number; out: string; err: string }> {
  const child = start(cwd, command);
  const [out, err, [code]] = await Promise.all([
    text(child.stdout!),
    text(child.stderr!),
    once(child, "close"),
  ]);
  return { code: code as number, out, err };
}

async function succeed(cwd: string, command: string): Promise<string> {
  const { code, out, err } = await run(cwd, command);
  if (code !== 0) throw new Error(`${command} ended with ${code}:\n${out}${err}`);
  return out;
}

const scriptsOf = async (project: string) =>
  (JSON.parse(await readFile(join(project, "package.json"), "utf8")) as { scripts: Record<string, string> })
    .scripts;

test("a service is made in an empty folder, and each script of it does what the README says", async () => {
  const project = join(folder, "drivers");
  expect(await succeed(folder, "sightline init drivers --template service")).toContain(
    "120 synthetic pictures",
  );
  expect((await readdir(project)).sort()).toEqual(
    [".gitignore", "README.md", "package.json", "page.html", "pictures", "service.mjs"].sort(),
  );
  const files = await Promise.all(
    ["README.md", "package.json", "service.mjs"].map((name) => readFile(join(project, name), "utf8")),
  );
  expect(files.filter((content) => content.includes("{{"))).toEqual([]);
  const scripts = await scriptsOf(project);
  for (const step of ["pack", "train", "deploy"]) await succeed(project, scripts[step]!);
  expect(await succeed(project, scripts.ask!)).toMatch(/^ {2}heart +[█▏▎▍▌▋▊▉]/m);

  const service = start(project, scripts.start!);
  const ended = once(service, "close");
  service.stdout!.setEncoding("utf8");
  const [line] = (await once(service.stdout!, "data")) as [string];
  const url = line.trim();
  const [picture = ""] = await readdir(join(project, "pictures/cross"));
  const body = new Uint8Array(await readFile(join(project, "pictures/cross", picture)));
  const answer = await fetch(`${url}/classify`, { method: "POST", body });
  const classes = (await answer.json()) as { className: string }[];
  expect(classes.map(({ className }) => className).sort()).toEqual(["arrow", "circle", "cross", "heart"]);
  const refused = await fetch(`${url}/classify`, { method: "POST", body: "no picture" });
  expect({ status: refused.status, body: await refused.json() }).toMatchObject({
    status: 400,
    body: { error: expect.any(String) },
  });
  expect(await (await fetch(url)).text()).toContain("<h1>drivers</h1>");
  service.kill("SIGTERM");
  await ended;
  expect(await succeed(project, scripts.delete!)).toContain("deleted endpoint drivers");
});

test("the notebook that is made runs headlessly to a classified picture", async () => {
  const project = join(folder, "photos");
  await mkdir(project);
  await writeFile(join(project, ".hidden"), "");
  await succeed(project, "sightline init");
  const { notebook } = await scriptsOf(project);
  await succeed(project, `${notebook} -p epochs=3 -p cleanUp=true`);
  const page = await readFile(join(project, "out/classify.html"), "utf8");
  expect(page).toContain("arrow");
  expect(page).toMatch(/deleted[\s\S]*endpoint-config/);
});

test("a folder with something in it is left as it is", async () => {
  const project = join(folder, "full");
  await mkdir(project);
  await writeFile(join(project, "package.json"), "{}");
  const { code, err } = await run(project, "sightline init");
  expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining("is not empty (package.json)") });
  expect(await readdir(project)).toEqual(["package.json"]);
});
