// What a stranger does first: the first example of each README, as printed, on a machine with nothing but Node.js and git,
// with the packages as they would be published. What one writes the next reads: recordio's records are what the sdk trains
// on. Prints a Markdown table; not a part of CI. Linux, as root.
//   node scripts/readme-examples.mjs [--node 20,22,24]
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { bareMachine } from "./bare-machine.mjs";
import { nodeFolder } from "./node-version.mjs";
import { packAll, serveRegistry } from "./registry.mjs";
import { roadVideo } from "./sample-video.mjs";
import { root, workspacePackages } from "./workspace.mjs";

const { values } = parseArgs({ options: { node: { type: "string", default: "20,22,24" } } });
const published = workspacePackages().filter(({ manifest }) => manifest.private !== true);

/** In order. `as` makes of what is printed what a stranger would here; `note` says what that is. */
const examples = [
  { readme: "packages/recordio", lang: "ts" },
  {
    readme: "packages/local",
    lang: "sh",
    // The server goes on for the others, on the same port.
    as: (code) => code.replace(/^npm .*\n/, "").replace(/^aws .*$/m, "echo READY; sleep 3600"),
    server: true,
    note: "without the line of the AWS CLI",
  },
  { readme: "packages/sdk", lang: "ts", aws: true },
  { readme: ".", lang: "ts", aws: true },
  {
    readme: "packages/load",
    lang: "ts",
    aws: true,
    as: (code) => code.replace("seconds: 600", "seconds: 2"),
    note: "2 s a step, not 600",
  },
  {
    readme: "packages/cli",
    lang: "sh",
    aws: true,
    as: (code) => code.slice(code.indexOf("npx sightline pack")),
    note: "from the pictures on",
  },
  { readme: "packages/onnx", lang: "ts" },
  { readme: "packages/mxnet", lang: "ts" },
  { readme: "packages/video-markup", lang: "ts" },
  { readme: "packages/notebook", lang: "ts", aws: true },
  { readme: "packages/constructs", lang: "ts" },
  {
    readme: "container",
    lang: "sh",
    as: (code) =>
      code
        .replace("pnpm build\n", "cp out/rec/train/train.rec out/rec/validation/validation.rec .\n")
        .replaceAll("node container/", "node node_modules/@sightline/container/")
        .replace(/^curl .*$/m, `node -e '${ask}' $root`),
    note: "without the workspace's build; asked by fetch, not curl",
  },
];
/** What the container's example does by curl, as often as it takes until the model is loaded. */
const ask = `
  const { readFileSync } = require("node:fs");
  (async () => {
    for (;;) {
      const ping = await fetch("http://127.0.0.1:8080/ping").catch(() => ({ status: 0 }));
      if (ping.status === 200) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const headers = { "content-type": "application/x-image" };
    const answer = await fetch("http://127.0.0.1:8080/invocations", { method: "POST", headers, body: readFileSync("picture.jpg") });
    console.log(await answer.text());
    process.exit(answer.status === 200 ? 0 : 1);
  })();`.replaceAll(/\s+/g, " ");

const scratch = mkdtempSync(join(tmpdir(), "sightline-readme-"));
const folder = join(scratch, "registry");
mkdirSync(folder);
const registry = await serveRegistry(folder, await packAll(published, folder));
const inputs = join(scratch, "inputs");
await writeInputs(inputs);
console.log("| first example of | changed | Node.js | s | |\n| --- | --- | --- | --: | --- |");
let failed = 0;
for (const version of values.node.split(",")) await onNode(version);
await registry.close();
rmSync(scratch, { recursive: true });
process.exit(failed === 0 ? 0 : 1);

async function onNode(node) {
  const place = join(scratch, `node-${node}`);
  const enter = bareMachine(place, await nodeFolder(node, scratch));
  const home = join(place, "home", "user");
  cpSync(inputs, home, { recursive: true });
  writeFileSync(join(home, ".npmrc"), registry.npmrc);
  const names = published.map(({ name }) => name).join(" ");
  row(
    "all packages installed",
    node,
    await timed(enter(`npm install ${names} aws-cdk-lib constructs`).ended),
  );
  const stops = [];
  for (const [
    n,
    { readme, lang, as = (code) => code, server = false, aws = false, note },
  ] of examples.entries()) {
    const file = `example-${n}.${lang === "ts" ? "mjs" : "sh"}`;
    const printed = firstBlock(readFileSync(join(root, readme, "README.md"), "utf8"), lang);
    writeFileSync(join(home, file), as(printed));
    const entered = enter(`${aws ? ". ./local.env; " : ""}${lang === "ts" ? "node" : "sh -e"} ${file}`);
    if (server) stops.push(entered.stop);
    const ended = server ? Promise.race([entered.ended, entered.saw("READY")]) : entered.ended;
    row(readme === "." ? "the repository's" : readme.split("/").at(-1), node, await timed(ended), note);
  }
  for (const stop of stops) stop();
  rmSync(place, { recursive: true });
}

/** The first block of a language that is more than an install. */
function firstBlock(text, lang) {
  const blocks = [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].filter(([, kind]) => kind === lang);
  return blocks.find(([, , code]) => !/^npm install .*\n$/.test(code))[2];
}

async function timed(ended) {
  const started = performance.now();
  const { code, output } = await ended;
  return { code, output, seconds: (performance.now() - started) / 1000 };
}

function row(name, node, { code, output, seconds }, note = "") {
  if (code !== 0) {
    failed += 1;
    console.error(`${name}, Node.js ${node}: ended with ${code}\n${output}`);
  }
  console.log(`| ${name} | ${note} | ${node} | ${seconds.toFixed(1)} | ${code === 0 ? "runs" : "fails"} |`);
}

/** The files that the examples name. */
async function writeInputs(place) {
  mkdirSync(join(place, "photos"), { recursive: true });
  writeFileSync(join(place, "package.json"), '{"name":"user","private":true}');
  const { drawPictures } = await import("../packages/samples/dist/index.js");
  const { graphBuilder, writeModel } = await import("../packages/onnx/dist/index.js");
  await drawPictures({ folder: join(place, "pictures"), classes: 4, perClass: 16 });
  const [name] = readdirSync(join(place, "pictures", "heart"));
  for (const copy of ["photos/1.jpg", "photo.jpg", "picture.jpg", "img_1.jpg"])
    cpSync(join(place, "pictures", "heart", name), join(place, copy));
  await roadVideo(place);
  const g = graphBuilder();
  const maps = g.node("Conv", [
    g.input("x", "float32", ["N", 3, 8, 8]),
    g.initializer("w", [512, 3, 1, 1], new Float32Array(1536)),
  ]);
  g.output(g.node("GlobalAveragePool", [maps], {}, { output: "features" }), "float32", ["N", 512, 1, 1]);
  writeFileSync(join(place, "backbone.onnx"), writeModel(g.build()));
  const fixtures = join(root, "packages/mxnet/test/fixtures");
  cpSync(join(fixtures, "classifier-symbol.json"), join(place, "image-classification-symbol.json"));
  cpSync(join(fixtures, "classifier-0000.params"), join(place, "image-classification-0005.params"));
  const cell = { cell_type: "code", id: "a", metadata: {}, outputs: [], execution_count: null };
  const cells = [
    { ...cell, metadata: { tags: ["parameters"] }, source: 'let epochs = 1;\nlet split = "random";' },
  ];
  const notebook = { nbformat: 4, nbformat_minor: 5, metadata: {}, cells };
  writeFileSync(join(place, "train.ipynb"), JSON.stringify(notebook));
}
