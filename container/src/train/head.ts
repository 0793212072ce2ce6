/** The trained part: one weight row and one bias for each class. */
export interface Head {
  readonly classes: number;
  readonly width: number;
  /** `classes * width` values, class by class. */
  readonly weight: Float32Array;
  readonly bias: Float32Array;
}

/** A head that knows nothing: all classes are equally likely. */
export function emptyHead(classes: number, width: number): Head {
  return { classes, width, weight: new Float32Array(classes * width), bias: new Float32Array(classes) };
}

/** A copy that later training does not change. */
export function copyHead(head: Head): Head {
  return { ...head, weight: head.weight.slice(), bias: head.bias.slice() };
}

/** weight x values + bias into `out`. Four classes at once: one sum alone would wait for each of its own additions. */
export function logits(
  { classes, width, weight, bias }: Head,
  values: Float32Array,
  at: number,
  out: Float64Array,
): void {
  let c = 0;
  for (; c + 4 <= classes; c += 4) {
    let w0 = c * width;
    let w1 = w0 + width;
    let w2 = w1 + width;
    let w3 = w2 + width;
    let [sum0, sum1, sum2, sum3] = [bias[c]!, bias[c + 1]!, bias[c + 2]!, bias[c + 3]!];
    for (let i = at; i < at + width; i++) {
      const value = values[i]!;
      sum0 += weight[w0++]! * value;
      sum1 += weight[w1++]! * value;
      sum2 += weight[w2++]! * value;
      sum3 += weight[w3++]! * value;
    }
    out[c] = sum0;
    out[c + 1] = sum1;
    out[c + 2] = sum2;
    out[c + 3] = sum3;
  }
  for (; c < classes; c++) {
    let sum = bias[c]!;
    for (let i = at, w = c * width; i < at + width; i++, w++) sum += weight[w]! * values[i]!;
    out[c] = sum;
  }
}
