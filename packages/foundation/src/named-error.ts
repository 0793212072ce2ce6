/**
 * What a class of errors extends that says its name in words: a minified bundle calls its classes otherwise.
 *
 * @example
 * ```ts
 * export class LimitError extends namedError("LimitError", VideoMarkupError) {}
 * new LimitError("The video is too long.").name; // "LimitError"
 * ```
 */
// biome-ignore lint/suspicious/noExplicitAny: TypeScript asks for exactly this of a class that passes its arguments on
export function namedError<Base extends new (...given: any[]) => Error>(name: string, base: Base): Base {
  return class extends base {
    override name = name;
  };
}
