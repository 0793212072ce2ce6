/** What has no members to look into. */
export type Leaf = string | number | boolean | bigint | Date | Uint8Array | null | undefined;

/**
 * An input in the types of its AWS client, after the model's checks: what is required is there.
 * The clients type every required member as possibly undefined.
 */
export type Checked<T> = T extends Leaf
  ? T
  : T extends readonly (infer Item)[]
    ? readonly Checked<Item>[]
    : { readonly [Key in keyof T]: Checked<Exclude<T[Key], undefined>> };

/** An output in the types of its AWS client: what the model requires must be given, all else may be undefined. */
export type Answer<T> = T extends Leaf
  ? T
  : T extends readonly (infer Item)[]
    ? readonly Answer<Item>[]
    : {
        readonly [Key in keyof T]: Record<never, never> extends Pick<T, Key>
          ? Answer<T[Key]> | undefined
          : Answer<Exclude<T[Key], undefined>>;
      };

/** The class by which a client calls an operation: `CreateModelCommand` of `CreateModel`. */
type CommandOf<Client, Name extends string> = Client[`${Name}Command` & keyof Client] extends abstract new (
  ...input: never[]
) => infer Command
  ? Command
  : never;

/** What an operation is given, by the client's own types. */
export type InputOf<Client, Name extends string> =
  CommandOf<Client, Name> extends { readonly input: infer Input } ? Checked<Input> : never;

/** What an operation answers, by the client's own types. */
export type OutputOf<Client, Name extends string> =
  CommandOf<Client, Name> extends {
    resolveMiddleware(...stack: never[]): (call: never) => Promise<{ readonly output: infer Output }>;
  }
    ? Answer<Omit<Output, "$metadata">>
    : never;

/**
 * Implementations of some of a service's operations, typed by its AWS client.
 *
 * @example
 * ```ts
 * import type * as SageMaker from "@aws-sdk/client-sagemaker";
 * const operations: Operations<typeof SageMaker, "DeleteModel"> = {
 *   DeleteModel({ ModelName }) {
 *     models.delete(ModelName);
 *     return {};
 *   },
 * };
 * ```
 */
export type Operations<Client, Name extends string> = {
  readonly [Each in Name]: (
    input: InputOf<Client, Each>,
  ) => OutputOf<Client, Each> | Promise<OutputOf<Client, Each>>;
};
