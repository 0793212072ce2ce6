// Builds the site in docs/: the packages' READMEs, what their commands say at --help and a page for each export are written
// into it, then VitePress makes docs/.vitepress/dist. Fails where an export has no page, a link leads nowhere, or a page
// would load something from elsewhere.
//   node scripts/docs.mjs            generate, build, check
//   node scripts/docs.mjs generate   only write the pages, for `vitepress dev docs`
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, posix, relative } from "node:path";
import ts from "typescript";
import { run } from "./run.mjs";
import { root, workspacePackages } from "./workspace.mjs";

const docs = join(root, "docs");
const { repository } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const home = repository.url.replace(/^git\+|\.git$/g, "");
const published = workspacePackages().filter(({ manifest }) => manifest.private !== true);
const problems = [];

await must("npx", [
  "-y",
  "pnpm@10",
  "install",
  "--ignore-workspace",
  "--frozen-lockfile",
  "--prefer-offline",
]);
for (const folder of ["api", "commands", "packages"])
  rmSync(join(docs, folder), { recursive: true, force: true });
writePackagePages();
await Promise.all([writeCommandPages(), writeReference()]);
checkReference();
if (process.argv[2] !== "generate") {
  await must(process.execPath, [join(docs, "node_modules/vitepress/bin/vitepress.js"), "build", "."]);
  checkPages();
}
for (const problem of problems) console.error(`docs: ${problem}`);
console.error(
  `docs: ${problems.length === 0 ? "every export has a page, no link is dead" : `${problems.length} problems`}`,
);
process.exit(problems.length === 0 ? 0 : 1);

async function must(command, args) {
  const { code, output } = await run(command, args, { cwd: docs });
  if (code === 0) return;
  console.error(output);
  process.exit(1);
}

/** READMEs as pages; their links lead to pages of the site where there is one, else into the repository. */
function writePackagePages() {
  const pageOf = (path) => published.find(({ folder }) => folder === path.replace(/\/$|\/README\.md$/g, ""));
  mkdirSync(join(docs, "packages"));
  for (const { folder } of published) {
    const text = readFileSync(join(root, folder, "README.md"), "utf8");
    const page = text.replace(
      /(!?)\[([^\]]*)\]\((?!https?:|#)([^)#]+)(#[^)]*)?\)/g,
      (_, image, words, link, hash = "") => {
        const path = posix.normalize(posix.join(folder, link));
        const other = pageOf(path);
        if (other !== undefined) return `[${words}](./${basename(other.folder)}.md${hash})`;
        return `${image}[${words}](${home}/${image === "" ? "blob" : "raw"}/main/${path}${hash})`;
      },
    );
    writeFileSync(join(docs, "packages", `${basename(folder)}.md`), page);
  }
}

/** What each program and each of its commands says at --help. */
async function writeCommandPages() {
  mkdirSync(join(docs, "commands"));
  const programs = published.flatMap(({ folder, manifest }) =>
    Object.entries(manifest.bin ?? {}).map(([name, file]) => ({ name, path: join(root, folder, file) })),
  );
  await Promise.all(programs.map((program) => writeCommandPage(program)));
  const list = programs.map(({ name }) => `- [\`${name}\`](./${name}.md)`).sort();
  writeFileSync(
    join(docs, "commands", "index.md"),
    `# Commands\n\nWhat each says at \`--help\`, in its own words.\n\n${list.join("\n")}\n`,
  );
}

async function writeCommandPage({ name, path }) {
  const help = async (words) => (await run(process.execPath, [path, ...words, "--help"])).output.trimEnd();
  const first = await help([]);
  const parts = [`# ${name}\n\n${block(first)}`];
  for (const command of commandsIn(name, first)) {
    const text = await help(command.split(" "));
    // Where one help serves all commands.
    if (text !== first) parts.push(`## ${name} ${command}\n\n${block(text)}`);
  }
  writeFileSync(join(docs, "commands", `${name}.md`), `${parts.join("\n")}\n`);
}

function block(text) {
  return `\`\`\`text\n${text}\n\`\`\`\n`;
}

/** The commands that a program's help lists: `  pack  images to ...` or `  recordio pack INPUT  ...`, before its options. */
function commandsIn(program, help) {
  const found = new Set();
  for (const line of help.split("\n")) {
    const own = new RegExp(`^ {2}${program} ([a-z][a-z-]*(?: [a-z][a-z-]*)?)(?= |$)`).exec(line)?.[1];
    const word = own ?? /^ {2}([a-z][a-z-]+) {2,}\S/.exec(line)?.[1];
    if (word !== undefined) found.add(word);
  }
  return [...found];
}

/** Entry points of packages by the name that they are imported by. */
function entries() {
  return published.flatMap(({ name, folder, manifest }) =>
    Object.entries(manifest.exports ?? {})
      .filter(([, target]) => target.import !== undefined)
      .map(([path, target]) => ({
        name: posix.join(name, path),
        module: posix.join(name, path).replace("@sightline/", "").replaceAll("/", "-"),
        types: join(root, folder, target.import.types),
      })),
  );
}

/** Of the rolled-up declarations, copied so that TypeDoc calls each module by its package. */
async function writeReference() {
  const copies = join(docs, ".declarations");
  rmSync(copies, { recursive: true, force: true });
  mkdirSync(copies, { recursive: true });
  const points = entries().map(({ module, types }) => {
    cpSync(types, join(copies, `${module}.d.ts`));
    return join(copies, `${module}.d.ts`);
  });
  const settings = join(copies, "tsconfig.json");
  writeFileSync(settings, JSON.stringify({ extends: "../../tsconfig.base.json", files: points }));
  const typedoc = join(docs, "node_modules", "typedoc", "bin", "typedoc");
  await must(process.execPath, [
    typedoc,
    ...["--tsconfig", settings, "--skipErrorChecking", "--logLevel", "Error"],
    ...["--plugin", "typedoc-plugin-markdown", "--readme", "none", "--disableSources", "--hideBreadcrumbs"],
    ...["--name", "API", "--entryFileName", "index", "--out", join(docs, "api"), "--entryPoints", ...points],
  ]);
}

function checkReference() {
  let pages = 0;
  for (const { name, module, types } of entries()) {
    const folder = join(docs, "api", module);
    const there = new Set(
      readdirSync(folder, { recursive: true })
        .filter((file) => file.endsWith(".md"))
        .map((file) => basename(file, ".md")),
    );
    for (const exported of exportsOf(types)) {
      pages += 1;
      if (!there.has(exported)) problems.push(`${name}: ${exported} has no page`);
    }
  }
  console.error(`docs: ${pages} exports`);
}

function exportsOf(file) {
  const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest);
  return source.statements
    .filter((statement) => ts.isExportDeclaration(statement) && statement.exportClause !== undefined)
    .flatMap(({ exportClause }) => exportClause.elements.map(({ name }) => name.text));
}

/** VitePress has failed on links between pages; left are the anchors, what is in `public`, and what comes from elsewhere. */
function checkPages() {
  const dist = join(docs, ".vitepress", "dist");
  const html = readdirSync(dist, { recursive: true }).filter((file) => file.endsWith(".html"));
  for (const file of html) {
    const text = readFileSync(join(dist, file), "utf8");
    for (const [, url] of text.matchAll(
      /<(?:script|link|img|iframe)\b[^>]*?(?:src|href)="(https?:[^"]+)"/g,
    )) {
      if (!url.startsWith(home)) problems.push(`${file} loads ${url}`);
    }
    for (const [, to] of text.matchAll(/<a [^>]*?href="(#[^"]+|\/[^"]*#[^"]+)"/g)) {
      const [path, anchor] = to.split("#");
      const target = path === "" ? file : path.slice(1) === "" ? "index.html" : path.slice(1);
      const other =
        target === file ? text : read(join(dist, target.endsWith("/") ? `${target}index.html` : target));
      if (!other.includes(`id="${decodeURIComponent(anchor)}"`)) problems.push(`${file}: nothing at ${to}`);
    }
  }
  console.error(`docs: ${html.length} pages in ${relative(root, dist)}`);
}

function read(path) {
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}
