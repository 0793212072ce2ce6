// Fails where folders of a package import each other in a circle, at any depth, types included, where a file is too long
// to be read in one sitting, and where ARCHITECTURE.md names a place that is not there. Circles of files are Biome's to find.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { root, workspacePackages } from "./workspace.mjs";

/** Lines that a file may have; one that is generated says so in its first lines. */
const MOST_LINES = 300;
const problems = [];

for (const { folder } of workspacePackages()) {
  const sources = filesIn(join(root, folder, "src"));
  const tests = [...filesIn(join(root, folder, "test")), ...filesIn(join(root, folder, "bench"))];
  for (const file of [...sources, ...tests]) {
    const text = readFileSync(file, "utf8");
    const lines = text.split("\n").length - 1;
    const generated = /generated/i.test(text.slice(0, 400));
    if (lines > MOST_LINES && !generated) problems.push(`${relative(root, file)} has ${lines} lines`);
  }
  const src = join(root, folder, "src");
  const imports = sources
    .filter((file) => !file.endsWith(".test.ts"))
    .flatMap((file) => importsOf(file).map((target) => [relative(src, file), relative(src, target)]));
  for (const circle of circles(imports))
    problems.push(`${folder}/src: ${circle.join(" <-> ")} import each other`);
}
const map = readFileSync(join(root, "ARCHITECTURE.md"), "utf8");
for (const [, place] of map.matchAll(/`((?:packages|container|scripts|docs)\/[^`]+)`/g)) {
  if (!existsSync(join(root, place))) problems.push(`ARCHITECTURE.md names ${place}, which is not there`);
}
for (const problem of problems) console.error(`structure: ${problem}`);
console.error(
  `structure: ${problems.length === 0 ? "no circle between folders, no file too long, every place of ARCHITECTURE.md there" : `${problems.length} problems`}`,
);
process.exit(problems.length === 0 ? 0 : 1);

function filesIn(folder) {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter(
        (entry) =>
          entry.isFile() && /\.m?ts$/.test(entry.name) && !/fixtures/.test(entry.parentPath ?? entry.path),
      )
      .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  } catch (error) {
    if (error.code === "ENOENT") return [];
    throw error;
  }
}

/** Files of the same package that a file imports or passes on, types too. */
function importsOf(file) {
  const text = readFileSync(file, "utf8");
  const found = text.matchAll(/^(?:import|export)\b[^;]*?\bfrom "(\.[^"]+)"|\bimport\("(\.[^"]+)"\)/gms);
  return [...found].map((match) => join(dirname(file), (match[1] ?? match[2]).replace(/\.js$/, ".ts")));
}

function graphOf(pairs) {
  const graph = new Map();
  for (const [from, to] of pairs) {
    if (from !== to) graph.set(from, (graph.get(from) ?? new Set()).add(to));
  }
  return graph;
}

/** Groups of two or more of `nodes` that reach each other. */
function groups(nodes, graph) {
  const reach = (start) => {
    const seen = new Set();
    const open = [start];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      for (const next of graph.get(node) ?? []) if (!seen.has(next)) open.push(next) && seen.add(next);
    }
    return seen;
  };
  const reached = new Map(nodes.map((node) => [node, reach(node)]));
  const grouped = new Set();
  const found = [];
  for (const node of nodes) {
    if (grouped.has(node)) continue;
    const group = nodes.filter((other) => reached.get(node).has(other) && reached.get(other).has(node));
    for (const member of group) grouped.add(member);
    if (group.length > 1) found.push(group);
  }
  return found;
}

/** At each depth: groups of two or more folders that reach each other through imports. */
function circles(imports, at = "") {
  const inside = imports.filter(([from, to]) => from.startsWith(at) && to.startsWith(at));
  const part = (path) => {
    const rest = path.slice(at.length);
    const slash = rest.indexOf("/");
    return slash === -1 ? rest : rest.slice(0, slash + 1);
  };
  const folders = [...new Set(inside.flat().map(part))].filter((name) => name.endsWith("/"));
  const graph = graphOf(inside.map(([from, to]) => [part(from), part(to)]));
  const here = groups(folders, graph).map((group) => group.map((member) => `${at}${member.slice(0, -1)}`));
  return [...here, ...folders.flatMap((name) => circles(imports, `${at}${name}`))];
}
