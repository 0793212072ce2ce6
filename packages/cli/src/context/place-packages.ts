import type { InstalledPackage } from "./collect-packages.js";

/**
 * Where each package goes below the folder of the first one, which itself is at `""`: as high as it can, and below its
 * user where another version is there already. Node.js then finds for each package the one that it was found for.
 *
 * @returns packages by their places, such as `node_modules/sharp`, the places in order of their names
 * @example
 * ```ts
 * placePackages(container).keys(); // "", "node_modules/@img/colour", "node_modules/sharp" ...
 * ```
 */
export function placePackages(first: InstalledPackage): Map<string, InstalledPackage> {
  const places = new Map<string, InstalledPackage>([["", first]]);
  const queue: [place: string, found: InstalledPackage][] = [["", first]];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const [place, { dependencies }] = next;
    for (const [name, dependency] of dependencies) {
      const seen = nearest(places, place, name);
      if (seen !== undefined && places.get(seen) === dependency) continue;
      const at = seen === undefined ? `node_modules/${name}` : inside(place, name);
      places.set(at, dependency);
      queue.push([at, dependency]);
    }
  }
  return new Map([...places].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function inside(place: string, name: string): string {
  return `${place === "" ? "" : `${place}/`}node_modules/${name}`;
}

/** The place at which Node.js finds `name` from `place`. */
function nearest(
  places: ReadonlyMap<string, InstalledPackage>,
  place: string,
  name: string,
): string | undefined {
  for (let at = place; ; at = at.slice(0, Math.max(0, at.lastIndexOf("node_modules/") - 1))) {
    const candidate = inside(at, name);
    if (places.has(candidate)) return candidate;
    if (at === "") return undefined;
  }
}
