import { camelCase } from "@sightline/contract/hyperparameter-reader";

/** Settings some of which change nothing here. */
export interface WithoutEffect {
  /** Names that were given and are valid but change nothing here, each with the reason. */
  readonly withoutEffect: Readonly<Record<string, string>>;
}

/** Those of the idle names that were given. */
export function idleAmong(idle: Readonly<Record<string, string>>, given: unknown): Record<string, string> {
  const names = Object.keys(given as object);
  return Object.fromEntries(Object.entries(idle).filter(([name]) => names.includes(name)));
}

/** `mini_batch_size` -> `miniBatchSize`, of types. */
type CamelCase<Name> = Name extends `${infer Word}_${infer Rest}`
  ? `${Word}${Capitalize<CamelCase<Rest>>}`
  : Name;

/** Settings without those of the idle names: what is trained with. */
export type WithoutIdle<Settings, Idle> = Omit<Settings, CamelCase<keyof Idle> & keyof Settings>;

/** The settings without those of the idle names. */
export function withoutIdle<Settings extends object, Idle extends Readonly<Record<string, string>>>(
  idle: Idle,
  settings: Settings,
): WithoutIdle<Settings, Idle> {
  const left = new Set(Object.keys(idle).map(camelCase));
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !left.has(name))) as WithoutIdle<
    Settings,
    Idle
  >;
}
