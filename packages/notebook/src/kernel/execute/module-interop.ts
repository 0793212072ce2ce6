import { types } from "node:util";

const stars = new WeakMap<object, object>();

/** A member of a module as an `import` names it: `default`, `*` for all, or a name; CommonJS included. */
export function importedMember(module: unknown, name: string): unknown {
  if (name === "*") return star(module);
  const isEsModule = isObject(module) && (types.isModuleNamespaceObject(module) || "__esModule" in module);
  if (name === "default" && !isEsModule) return module;
  return isObject(module) ? (module as Record<string, unknown>)[name] : undefined;
}

/** All members, and for CommonJS the whole as `default`; as esModuleInterop has it. */
function star(module: unknown): unknown {
  if (!isObject(module)) return { default: module };
  if (types.isModuleNamespaceObject(module) || "__esModule" in module) return module;
  const known = stars.get(module);
  if (known !== undefined) return known;
  const all = Object.create(null) as object;
  for (const key of Object.keys(module)) {
    // Looked up when asked for: some members of Node's modules warn when they are touched.
    Object.defineProperty(all, key, {
      enumerable: true,
      get: () => (module as Record<string, unknown>)[key],
    });
  }
  Object.defineProperty(all, "default", { enumerable: true, value: module });
  stars.set(module, all);
  return all;
}

const isObject = (value: unknown): value is object =>
  (typeof value === "object" && value !== null) || typeof value === "function";
