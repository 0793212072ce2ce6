import { CliError } from "../errors.js";
import type { InstalledPackage } from "./collect-packages.js";

/**
 * Where each package goes below the folder of the first one, which itself is at `""`: as high as it can, and below its
 * user where another version is there already. Node.js then finds for each package the one that it was found for.
 *
 * @throws CliError where versions need each other in a circle, so that a package would lie within itself without end.
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
      if (seen !== undefined && holders(place).some((holder) => places.get(holder) === dependency)) {
        throw new CliError(
          `${name} ${dependency.manifest.version} would lie within itself at ${at}: its versions need each other in a circle. Override one of them.`,
        );
      }
      places.set(at, dependency);
      queue.push([at, dependency]);
    }
  }
  return new Map([...places].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A place and those that it lies within, but for the first package's. */
function holders(place: string): string[] {
  const found: string[] = [];
  for (let at = place; at !== ""; at = outside(at)) found.push(at);
  return found;
}

/** The place that another lies within. */
function outside(place: string): string {
  return place.slice(0, Math.max(0, place.lastIndexOf("node_modules/") - 1));
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
  for (let at = place; ; at = outside(at)) {
    const candidate = inside(at, name);
    if (places.has(candidate)) return candidate;
    if (at === "") return undefined;
  }
}
