// biome-ignore lint/suspicious/noExplicitAny: TypeScript asks for exactly this of a class that passes its arguments on
type ErrorClass = new (...given: any[]) => Error;

/**
 * What a class of errors extends that says its name in words: a minified bundle calls its classes otherwise. A bundler
 * may leave out a class that nobody uses.
 *
 * @example
 * ```ts
 * export class LimitError extends namedError("LimitError", VideoMarkupError) {}
 * new LimitError("The video is too long.").name; // "LimitError"
 * ```
 * @__NO_SIDE_EFFECTS__
 */
export function namedError<Base extends ErrorClass>(name: string, base: Base): Base {
  return class extends base {
    override name = name;
  };
}
