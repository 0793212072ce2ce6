import { type OptionValues, UsageError } from "@sightline/foundation/command-line";
import { textOption } from "@sightline/foundation/option-values";

/** `--shape HxW`. @throws UsageError when it is no such thing */
export function shapeOption(values: OptionValues): readonly [height: number, width: number] | undefined {
  const text = textOption(values, "shape");
  if (text === undefined) return undefined;
  const [, height, width] = /^(\d+)x(\d+)$/.exec(text) ?? [];
  if (height === undefined)
    throw new UsageError(`--shape takes HEIGHTxWIDTH in pixels, such as 224x224, not "${text}".`);
  return [Number(height), Number(width)];
}
