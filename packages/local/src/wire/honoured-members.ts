import { AwsError } from "../errors.js";
import type { InputOf, Leaf } from "./operation-types.js";

/**
 * How a member of an input is honoured:
 * - `done`: acted on, as AWS does;
 * - `kept`: stored and shown again; what it asks for has no meaning on one machine (keys, networks, disks);
 * - an array: only these values, which ask for what happens here anyway;
 * - an object: a structure, or a list of structures, with the members that are listed.
 */
export type Honoured<Value> =
  | "done"
  | "kept"
  | readonly Exclude<Value, undefined>[]
  | (Value extends Leaf
      ? never
      : Value extends readonly (infer Item)[]
        ? HonouredMembers<Item>
        : HonouredMembers<Value>);

/** The honoured members of a structure. A member that is not listed is refused. */
export type HonouredMembers<Structure> = {
  readonly [Key in keyof Structure]?: Honoured<Structure[Key]>;
};

/** The honoured members of some of a service's operations, typed by its AWS client. */
export type HonouredInputs<Client, Name extends string> = {
  readonly [Each in Name]: HonouredMembers<InputOf<Client, Each>>;
};

/** A table of honoured members without its types. */
export interface MemberTable {
  readonly [member: string]: "done" | "kept" | readonly unknown[] | MemberTable | undefined;
}

/**
 * Refuses an input that asks for something which is not done here: silently left out, it would run
 * as something else on AWS.
 *
 * @param code the AWS error code of the refusal
 * @throws AwsError that names every such member
 */
export function refuseUnhonoured(operation: string, table: MemberTable, input: unknown, code: string): void {
  const refused: string[] = [];
  visit(table, input, "", refused);
  if (refused.length === 0) return;
  throw new AwsError(code, `The local SageMaker does not implement ${refused.join(", ")} of ${operation}.`);
}

function visit(table: MemberTable, value: unknown, path: string, refused: string[]): void {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) visit(table, item, `${path}[${index}]`, refused);
    return;
  }
  // What is no structure at all is refused by the model's checks.
  if (typeof value !== "object" || value === null) return;
  for (const [member, given] of Object.entries(value)) {
    if (given === undefined || given === null) continue;
    const at = path === "" ? member : `${path}.${member}`;
    const honoured = Object.hasOwn(table, member) ? table[member] : undefined;
    if (honoured === undefined) refused.push(at);
    else if (isValues(honoured)) {
      if (!honoured.includes(given)) refused.push(`${at} ${JSON.stringify(given)}`);
    } else if (typeof honoured === "object") visit(honoured, given, at, refused);
  }
}

function isValues(honoured: MemberTable[string]): honoured is readonly unknown[] {
  return Array.isArray(honoured);
}
