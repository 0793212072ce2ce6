/** Name of the global through which compiled cells reach their kernel. See execute/cell-handle.ts for its members. */
export const handleName = "__cell__";

/** What CommonJS gives a file and a cell gets from its kernel, unless it declares the name itself. */
export const handleMembers: ReadonlySet<string> = new Set([
  "require",
  "module",
  "exports",
  "__dirname",
  "__filename",
]);
