import { MalformedMxnetError, UnsupportedOperatorError } from "./errors.js";
import type { SymbolNode } from "./symbol.js";

/** Reads the settings of a node, which are texts as Python prints them, with MXNet's defaults. */
export class Settings {
  readonly #node: SymbolNode;

  constructor(node: SymbolNode) {
    this.#node = node;
  }

  /** A text. */
  text(name: string, otherwise: string): string {
    return this.#node.attributes[name] ?? otherwise;
  }

  /** `True`, `1` or `true`. */
  flag(name: string, otherwise: boolean): boolean {
    const text = this.#node.attributes[name];
    if (text === undefined) return otherwise;
    if (/^(true|1)$/i.test(text)) return true;
    if (/^(false|0)$/i.test(text)) return false;
    throw this.#wrong(name, "True or False");
  }

  /** A number. */
  number(name: string, otherwise: number): number {
    const text = this.#node.attributes[name];
    // MXNet writes the default of an optional number as None.
    if (text === undefined || text === "None") return otherwise;
    const value = Number(text);
    if (text.trim() === "" || !Number.isFinite(value)) throw this.#wrong(name, "a number");
    return value;
  }

  /** A whole number. */
  integer(name: string, otherwise: number): number {
    const value = this.number(name, otherwise);
    if (!Number.isSafeInteger(value)) throw this.#wrong(name, "a whole number");
    return value;
  }

  /** Numbers in brackets, `(3, 3)` or `[3, 3]`, or one number alone; empty for `()`. */
  numbers(name: string, otherwise: readonly number[]): readonly number[] {
    const text = this.#node.attributes[name];
    if (text === undefined || text === "None") return otherwise;
    const inside = text
      .trim()
      .replace(/^[([]/, "")
      .replace(/[)\]]$/, "");
    const values = inside
      .split(",")
      .map((part) => part.trim().replace(/L$/, ""))
      .filter((part) => part !== "")
      .map(Number);
    if (values.some((value) => !Number.isFinite(value)) || values.length > 64) {
      throw this.#wrong(name, "numbers in brackets");
    }
    return values;
  }

  /** Whole numbers in brackets, as {@link numbers}. */
  integers(name: string, otherwise: readonly number[]): readonly number[] {
    const values = this.numbers(name, otherwise);
    if (!values.every(Number.isSafeInteger)) throw this.#wrong(name, "whole numbers in brackets");
    return values;
  }

  /** An error for a setting that this package does not convert. */
  unsupported(what: string): UnsupportedOperatorError {
    const { op, name } = this.#node;
    return new UnsupportedOperatorError(`Node "${name}": ${op} with ${what} is not converted.`, op, name);
  }

  #wrong(name: string, wanted: string): MalformedMxnetError {
    const node = this.#node;
    return new MalformedMxnetError(
      `Node "${node.name}": setting ${name} of ${node.op} is "${node.attributes[name]}"; it must be ${wanted}.`,
    );
  }
}
