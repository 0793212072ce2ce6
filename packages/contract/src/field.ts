/** What a value must be. The check, the words for it and the reference are all made from this. */
export type Rule =
  | { readonly type: "integer"; readonly min?: number; readonly max?: number }
  /** `above`, `below`: limits that are themselves refused. */
  | {
      readonly type: "number";
      readonly min?: number;
      readonly max?: number;
      readonly above?: number;
      readonly below?: number;
    }
  | { readonly type: "non-zero" }
  | { readonly type: "boolean" }
  /** `empty`: may be so. */
  | { readonly type: "text"; readonly empty?: true }
  | { readonly type: "choice"; readonly values: readonly (string | number)[] }
  /** `length`: exactly so many. `rising`: each above the one before. `items`: what to call the items. */
  | {
      readonly type: "list";
      readonly of: Rule;
      readonly items: string;
      readonly length?: number;
      readonly rising?: true;
    }
  | { readonly type: "object"; readonly fields: Table }
  /** Values by names that the writer chooses. */
  | { readonly type: "map"; readonly of: Rule }
  | { readonly type: "either"; readonly of: readonly Rule[] }
  /** The plain name of a file in the same folder: no path, and nothing hidden. */
  | { readonly type: "file-name" }
  /** `s3://bucket/key`. */
  | { readonly type: "s3" }
  /** An object for people, which no program reads. */
  | { readonly type: "free" };

/** One row of a table: what a value must be, and what it is for. */
export type Field = Rule & {
  /** Unit of the number or numbers, such as `pixels`. */
  readonly unit?: string;
  /** What holds when it is left out. */
  readonly default?: unknown;
  /** Whether it must be given. Default: it may be left out. */
  readonly required?: true;
  /** What it is for, in one line. */
  readonly meaning: string;
};

/** The fields of an object, by name. */
export type Table = Readonly<Record<string, Field>>;
