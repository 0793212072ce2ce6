// What every tarball says of the project's home, from the one place that knows it: the root's package.json.
const { repository } = require("./package.json");

const home = repository.url.replace(/^git\+|\.git$/g, "");

module.exports = {
  hooks: {
    beforePacking(manifest) {
      const name = manifest.name.replace("@sightline/", "");
      const directory = name === "container" ? name : `packages/${name}`;
      const { devDependencies: _, scripts: __, ...published } = manifest;
      return {
        ...published,
        repository: { ...repository, directory },
        homepage: `${home}/tree/main/${directory}`,
        bugs: { url: `${home}/issues` },
      };
    },
  },
};
