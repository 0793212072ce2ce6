import { createHash } from "node:crypto";
import type { InstalledPackage, Manifest } from "./collect-packages.js";

/**
 * A bill of materials in CycloneDX 1.6 JSON, the same for the same packages: no serial number, no date.
 *
 * @see https://cyclonedx.org/docs/1.6/json/
 */
export function billOfMaterials(
  places: ReadonlyMap<string, InstalledPackage>,
  digests: ReadonlyMap<string, string>,
): object {
  const references = new Map([...places].map(([place, { manifest }]) => [place, reference(manifest, place)]));
  const placeOf = new Map([...places].map(([place, found]) => [found, place]));
  const component = ([place, { manifest }]: [string, InstalledPackage]) => ({
    type: "library",
    "bom-ref": references.get(place),
    name: manifest.name,
    version: manifest.version,
    purl: purl(manifest),
    licenses: licenceOf(manifest),
    properties: [
      { name: "sightline:path", value: place === "" ? "." : place },
      { name: "sightline:sha256-of-files", value: digests.get(place) },
    ],
  });
  const [first, ...others] = [...places];
  return {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: { component: { ...component(first!), type: "application" } },
    components: others.map(component),
    dependencies: [...places].map(([place, { dependencies }]) => ({
      ref: references.get(place),
      dependsOn: [...dependencies.values()].map((found) => references.get(placeOf.get(found)!)).sort(),
    })),
  };
}

/** The licence as package.json has it, in SPDX's terms. */
export function licenceName({ license, licenses }: Manifest): string {
  const all = (licenses ?? (license === undefined ? [] : [license])).map((one) =>
    typeof one === "string" ? one : one.type,
  );
  const name = all.filter(Boolean).join(" OR ");
  return name === "" ? "NOASSERTION" : name;
}

function licenceOf(manifest: Manifest): object[] {
  const name = licenceName(manifest);
  if (name === "NOASSERTION") return [];
  return /^[\w.+-]+$/.test(name) ? [{ license: { id: name } }] : [{ expression: name }];
}

/** Package URL: `pkg:npm/%40img/colour@1.1.0`. */
function purl({ name, version }: Manifest): string {
  return `pkg:npm/${name.replace("@", "%40")}@${version}`;
}

/** The same version may lie in two places, which have references of their own. */
function reference(manifest: Manifest, place: string): string {
  return `${purl(manifest)}#${createHash("sha256").update(place).digest("hex").slice(0, 8)}`;
}
