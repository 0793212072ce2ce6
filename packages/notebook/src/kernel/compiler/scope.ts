import { importOfCells } from "./cell-hub.js";
import type { DeclaredName } from "./declared-names.js";

/** Where a name was declared last. */
interface Owner {
  /** Name of the cell's file. */
  readonly cell: string;
  readonly kind: DeclaredName["kind"];
}

/** Which cell declared each name last, for values and for types apart: `const Road` leaves an interface `Road` alone. */
export class Scope {
  readonly #values = new Map<string, Owner>();
  readonly #types = new Map<string, Owner>();

  /** Takes the names of a cell that is about to run; `cell` is its file's name. */
  add(cell: string, names: readonly DeclaredName[]): void {
    for (const { name, kind, space } of names) {
      if (space !== "type") this.#values.set(name, { cell, kind });
      if (space !== "value") this.#types.set(name, { cell, kind });
    }
  }

  /**
   * TypeScript that declares names of earlier cells: aliases, and for what may be assigned a variable of the same type.
   * @param mentioned the names to declare; undefined = all.
   * @param own what the cell declares itself.
   */
  declarations(mentioned: ReadonlySet<string> | undefined, own: readonly DeclaredName[]): string {
    const ownValues = new Set(own.filter(({ space }) => space !== "type").map(({ name }) => name));
    const ownTypes = new Set(own.filter(({ space }) => space !== "value").map(({ name }) => name));
    const wanted = (name: string) => mentioned === undefined || mentioned.has(name);
    const cells = new Set<string>();
    const lines = new Set<string>();
    const take = ({ cell }: Owner, line: string) => {
      cells.add(cell);
      lines.add(line);
    };
    const alias = (owner: Owner, name: string) => take(owner, `import ${name} = ${owner.cell}.${name};`);
    for (const [name, owner] of this.#values) {
      if (!wanted(name) || ownValues.has(name)) continue;
      const type = ownTypes.has(name) ? undefined : this.#types.get(name);
      // An alias brings both meanings; a type of another cell beside the value needs the alias for itself.
      if (owner.kind === "fixed" && (type === undefined || type.cell === owner.cell)) alias(owner, name);
      else {
        const keyword = owner.kind === "fixed" ? "const" : "let";
        take(owner, `declare ${keyword} ${name}: typeof ${owner.cell}.${name};`);
      }
    }
    for (const [name, owner] of this.#types) if (wanted(name) && !ownTypes.has(name)) alias(owner, name);
    return `${importOfCells([...cells])} ${[...lines].join(" ")}`;
  }
}
