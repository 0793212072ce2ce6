// What every tarball says of the project's home, from the one place that knows it: the root's package.json; and where
// it gets ONNX Runtime from: the package that scripts/onnxruntime.mjs makes of onnxruntime-node.
const { repository } = require("./package.json");

const home = repository.url.replace(/^git\+|\.git$/g, "");

module.exports = {
  hooks: {
    beforePacking(manifest) {
      const name = manifest.name.replace("@sightline/", "");
      const directory = name === "container" ? name : `packages/${name}`;
      const { devDependencies: _, scripts: __, ...published } = manifest;
      const { dependencies = {} } = manifest;
      const runtime = dependencies["onnxruntime-node"];
      return {
        ...published,
        ...(runtime && {
          dependencies: {
            ...dependencies,
            "onnxruntime-node": `npm:@sightline/onnxruntime-node@${runtime}`,
          },
        }),
        repository: { ...repository, directory },
        homepage: `${home}/tree/main/${directory}`,
        bugs: { url: `${home}/issues` },
      };
    },
  },
};
