import type { DeclaredName } from "./declared-names.js";

/** Where a name was declared last. */
interface Owner {
  /** Module specifier of the cell. */
  readonly cell: string;
  readonly kind: DeclaredName["kind"];
}

/** Name of the file, without its ending, of the cell that was kept as the `index`th, from 1. */
export const cellFileName = (index: number): string => `__cell_${index}__`;

/** Whether a module specifier names an earlier cell. */
export const isCellSpecifier = (specifier: string): boolean => /^\.\/__cell_\d+__$/.test(specifier);

/** Which cell declared each name last, for values and for types apart: `const Road` leaves an interface `Road` alone. */
export class Scope {
  readonly #values = new Map<string, Owner>();
  readonly #types = new Map<string, Owner>();

  /** Takes the names of a cell that is about to run. */
  add(cell: string, names: readonly DeclaredName[]): void {
    for (const { name, kind, space } of names) {
      if (space !== "type") this.#values.set(name, { cell, kind });
      if (space !== "value") this.#types.set(name, { cell, kind });
    }
  }

  /**
   * TypeScript that declares names of earlier cells: imports, and for what may be assigned a variable of the same type.
   * @param mentioned the names to declare; undefined = all.
   * @param own what the cell declares itself.
   */
  declarations(mentioned: ReadonlySet<string> | undefined, own: readonly DeclaredName[]): string {
    const ownValues = new Set(own.filter(({ space }) => space !== "type").map(({ name }) => name));
    const ownTypes = new Set(own.filter(({ space }) => space !== "value").map(({ name }) => name));
    const wanted = (name: string) => mentioned === undefined || mentioned.has(name);
    const imports = new Map<string, Set<string>>();
    const lines: string[] = [];
    const take = ({ cell }: Owner, name: string) => {
      const names = imports.get(cell) ?? new Set<string>();
      names.add(name);
      imports.set(cell, names);
    };
    for (const [name, owner] of this.#values) {
      if (!wanted(name) || ownValues.has(name)) continue;
      const type = ownTypes.has(name) ? undefined : this.#types.get(name);
      // An import brings both meanings; a type of another cell beside the value needs the import for itself.
      if (owner.kind === "fixed" && (type === undefined || type.cell === owner.cell)) take(owner, name);
      else {
        const keyword = owner.kind === "fixed" ? "const" : "let";
        lines.push(`declare ${keyword} ${name}: typeof import("${owner.cell}").${name};`);
      }
    }
    for (const [name, owner] of this.#types) if (wanted(name) && !ownTypes.has(name)) take(owner, name);
    for (const [cell, names] of imports) lines.push(`import { ${[...names].join(", ")} } from "${cell}";`);
    return lines.join(" ");
  }
}
