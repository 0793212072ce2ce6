import fc from "fast-check";
import { expect, it } from "vitest";
import type { InstalledPackage } from "./collect-packages.js";
import { placePackages } from "./place-packages.js";

function installed(name: string, version = "1.0.0"): InstalledPackage {
  return { manifest: { name, version }, folder: `/${name}@${version}`, dependencies: new Map() };
}

/** The package `root` of a tree: who needs whom, each as `name` (of version 1.0.0) or `name@version`. */
function installedTree(needs: Readonly<Record<string, readonly string[]>>): InstalledPackage {
  const found = new Map<string, InstalledPackage>();
  const get = (id: string): InstalledPackage => {
    const known = found.get(id) ?? installed(...(id.split("@") as [string, string?]));
    found.set(id, known);
    return known;
  };
  for (const [user, used] of Object.entries(needs)) {
    for (const id of used) get(user).dependencies.set(get(id).manifest.name, get(id));
  }
  return get("root");
}

/** Where Node.js looks for `name` from `place`, nearest first. */
function* lookups(place: string, name: string): Generator<string> {
  for (let at = place; ; at = at.slice(0, Math.max(0, at.lastIndexOf("node_modules/") - 1))) {
    yield `${at === "" ? "" : `${at}/`}node_modules/${name}`;
    if (at === "") return;
  }
}

it("puts a second version below its user and shares the rest", () => {
  const root = installedTree({ root: ["a", "b"], a: ["c"], b: ["c@2.0.0"], "c@2.0.0": ["a"] });
  expect([...placePackages(root)].map(([place, { manifest }]) => [place, manifest.version])).toEqual([
    ["", "1.0.0"],
    ["node_modules/a", "1.0.0"],
    ["node_modules/b", "1.0.0"],
    ["node_modules/b/node_modules/c", "2.0.0"],
    ["node_modules/c", "1.0.0"],
  ]);
});

it("refuses versions that need each other in a circle, and names one", () => {
  const circle = { a: ["b@2.0.0"], "b@2.0.0": ["a@2.0.0"], "a@2.0.0": ["b"], b: ["a"] };
  const root = installedTree({ root: ["a", "b"], ...circle });
  expect(() => placePackages(root)).toThrow(/a 1\.0\.0 would lie within itself .* in a circle/);
});

it("lets every package find exactly the packages that it was found with, or says that it cannot", () => {
  const edges = fc.array(fc.tuple(fc.nat(11), fc.nat(11)), { maxLength: 40 });
  let placed = 0;
  fc.assert(
    fc.property(edges, (needs) => {
      // Four names in three versions each.
      const packages = Array.from({ length: 12 }, (_, i) =>
        installed(`p${i % 4}`, `${Math.floor(i / 4)}.0.0`),
      );
      const root = installed("root");
      for (const found of packages.slice(0, 4)) root.dependencies.set(found.manifest.name, found);
      for (const [from, to] of needs) {
        const target = packages[to]!;
        // A package that asks for its own name gets another version only where one lies inside of it.
        if (packages[from]!.manifest.name !== target.manifest.name)
          packages[from]!.dependencies.set(target.manifest.name, target);
      }
      let places: ReturnType<typeof placePackages>;
      try {
        places = placePackages(root);
      } catch (error) {
        expect(error).toMatchObject({ name: "CliError", message: expect.stringContaining("in a circle") });
        return;
      }
      placed++;
      for (const [place, { dependencies }] of places) {
        for (const [name, wanted] of dependencies) {
          const at = [...lookups(place, name)].find((candidate) => places.has(candidate));
          expect(places.get(at!)).toBe(wanted);
        }
      }
    }),
    { seed: 12, numRuns: 1_000 },
  );
  expect(placed).toBeGreaterThan(500);
});
