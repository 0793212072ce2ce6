import { checkInstanceType, checkResourceName } from "../checks/names.js";
import { checkInteger, checkNumber } from "../checks/numbers.js";
import { InvalidInputError } from "../errors.js";
import type { Model } from "../models/model.js";
import { VARIANT_NAME } from "./endpoint.js";

/** Name of the variant that gets copies of requests. */
export const SHADOW_NAME = "Shadow";

/** Another model beside the endpoint's own, on instances of its own. */
export interface VariantOptions {
  /** A model of createModel(), or its name. */
  readonly model: Model | string;
  /** Its machines. */
  readonly instance: {
    /** For example `ml.m5.xlarge`. */
    readonly type: string;
    /** Instances. Default 1. */
    readonly count?: number;
  };
  /** Its share of the requests, relative to the other variants' weights; 0 or more. Default 1. */
  readonly weight?: number;
}

/** A model that gets copies of requests, to be measured; nobody gets its answers. */
export interface ShadowOptions extends Pick<VariantOptions, "model" | "instance"> {
  /** How many of the requests it gets a copy of, above 0 to 1. Default 1: all. */
  readonly share?: number;
}

/** The variants of an endpoint beside its own. */
export interface VariantsOptions {
  /** Variants by name that share the requests with the endpoint's own, `AllTraffic`. Default: none. */
  readonly variants?: Readonly<Record<string, VariantOptions>>;
  /** The endpoint's own weight among them. Default 1. */
  readonly weight?: number;
  /** A variant, `Shadow`, that gets copies of requests. Not together with `variants`. Default: none. */
  readonly shadow?: ShadowOptions;
}

/** Checks the variants without AWS. */
export function checkVariants(
  { variants = {}, weight, shadow }: VariantsOptions,
  hasInstances: boolean,
): void {
  const all = Object.entries(variants);
  if (!hasInstances && (all.length > 0 || shadow !== undefined)) {
    throw new InvalidInputError(
      "variants",
      "used with instances that answer at once",
      shadow === undefined ? "variants" : "shadow",
      "Leave out `serverless` and `async`, or deploy another endpoint.",
    );
  }
  if (all.length > 0 && shadow !== undefined) {
    throw new InvalidInputError(
      "shadow",
      "without `variants`",
      all.length,
      "SageMaker copies the requests of one variant.",
    );
  }
  if (all.length > 9) {
    throw new InvalidInputError(
      "variants",
      "at most 9 beside the endpoint's own",
      all.length,
      "Leave some out.",
    );
  }
  checkNumber("weight", weight, 0, Number.MAX_SAFE_INTEGER);
  if (shadow !== undefined) {
    checkVariant("shadow", shadow);
    checkNumber("shadow.share", shadow.share, Number.MIN_VALUE, 1);
  }
  for (const [name, variant] of all) {
    const field = `variants.${name}`;
    checkResourceName(field, name);
    if (name === VARIANT_NAME) {
      throw new InvalidInputError(
        field,
        `not ${VARIANT_NAME}, the endpoint's own`,
        name,
        "Choose another name.",
      );
    }
    checkVariant(field, variant);
    checkNumber(`${field}.weight`, variant.weight, 0, Number.MAX_SAFE_INTEGER);
  }
}

function checkVariant(field: string, { model, instance }: Pick<VariantOptions, "model" | "instance">): void {
  checkResourceName(`${field}.model`, typeof model === "string" ? model : model.name);
  checkInstanceType(`${field}.instance.type`, instance.type);
  checkInteger(`${field}.instance.count`, instance.count, 1, 10_000);
}

/** The variants as CreateEndpointConfig takes them; `common` is what every variant has. */
export function toVariants({ variants = {}, weight = 1, shadow }: VariantsOptions, common: object) {
  const toVariant = (name: string, { model, instance, weight: own = 1 }: VariantOptions) => ({
    VariantName: name,
    ModelName: typeof model === "string" ? model : model.name,
    InstanceType: instance.type as never,
    InitialInstanceCount: instance.count ?? 1,
    InitialVariantWeight: own,
    ...common,
  });
  const shadows =
    shadow === undefined ? [] : [toVariant(SHADOW_NAME, { ...shadow, weight: (shadow.share ?? 1) * weight })];
  return {
    others: Object.entries(variants).map(([name, variant]) => toVariant(name, variant)),
    shadows,
  };
}
