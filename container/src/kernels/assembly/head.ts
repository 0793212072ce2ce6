// A linear head over several rows of features: products of all rows with all classes, and back. Rows and classes are padded
// with zeros to a multiple of 16 values. Sums go in a fixed order, so that results are the same on every processor.

/**
 * The product of each row with the weights of each class.
 *
 * @param rowStride bytes from one row to the next
 * @param classStride bytes from one class to the next; as many are summed
 * @param out one float32 for each class of each row
 */
export function multiply(
  rows: usize,
  rowStride: usize,
  count: i32,
  weights: usize,
  classStride: usize,
  classes: i32,
  out: usize,
): void {
  for (let n = 0; n < count; n++) {
    let w = weights;
    let c = 0;
    for (; c + 4 <= classes; c += 4) {
      let sum0 = f32x4.splat(0);
      let sum1 = f32x4.splat(0);
      let sum2 = f32x4.splat(0);
      let sum3 = f32x4.splat(0);
      const w1 = w + classStride;
      const w2 = w1 + classStride;
      const w3 = w2 + classStride;
      for (let i: usize = 0; i < classStride; i += 16) {
        const values = v128.load(rows + i);
        sum0 = f32x4.add(sum0, f32x4.mul(values, v128.load(w + i)));
        sum1 = f32x4.add(sum1, f32x4.mul(values, v128.load(w1 + i)));
        sum2 = f32x4.add(sum2, f32x4.mul(values, v128.load(w2 + i)));
        sum3 = f32x4.add(sum3, f32x4.mul(values, v128.load(w3 + i)));
      }
      store<f32>(out, total(sum0));
      store<f32>(out, total(sum1), 4);
      store<f32>(out, total(sum2), 8);
      store<f32>(out, total(sum3), 12);
      out += 16;
      w = w3 + classStride;
    }
    for (; c < classes; c++) {
      let sum0 = f32x4.splat(0);
      let sum1 = f32x4.splat(0);
      for (let i: usize = 0; i < classStride; i += 32) {
        sum0 = f32x4.add(sum0, f32x4.mul(v128.load(rows + i), v128.load(w + i)));
        sum1 = f32x4.add(sum1, f32x4.mul(v128.load(rows + i, 16), v128.load(w + i, 16)));
      }
      store<f32>(out, total(f32x4.add(sum0, sum1)));
      out += 4;
      w += classStride;
    }
    rows += rowStride;
  }
}

// @ts-ignore: decorator
@inline
function total(sum: v128): f32 {
  return (
    f32x4.extract_lane(sum, 0) +
    f32x4.extract_lane(sum, 1) +
    (f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3))
  );
}

/**
 * Adds to the gradient of each class all rows, each times its slope.
 *
 * @param slopes one float32 for each class of each row
 */
export function addRows(
  rows: usize,
  rowStride: usize,
  count: i32,
  slopes: usize,
  classes: i32,
  gradient: usize,
  classStride: usize,
): void {
  const slopeStride = <usize>classes * 4;
  // A line of the cache of each row at a time: it stays there for all classes.
  for (let i: usize = 0; i < classStride; i += 64) {
    let slope = slopes;
    let g = gradient + i;
    let c = 0;
    for (; c + 2 <= classes; c += 2) {
      const h = g + classStride;
      let a = v128.load(g);
      let b = v128.load(g, 16);
      let d = v128.load(g, 32);
      let e = v128.load(g, 48);
      let p = v128.load(h);
      let q = v128.load(h, 16);
      let r = v128.load(h, 32);
      let t = v128.load(h, 48);
      let row = rows + i;
      let s = slope;
      for (let n = 0; n < count; n++) {
        const factor = v128.load32_splat(s);
        const other = v128.load32_splat(s, 4);
        let values = v128.load(row);
        a = f32x4.add(a, f32x4.mul(factor, values));
        p = f32x4.add(p, f32x4.mul(other, values));
        values = v128.load(row, 16);
        b = f32x4.add(b, f32x4.mul(factor, values));
        q = f32x4.add(q, f32x4.mul(other, values));
        values = v128.load(row, 32);
        d = f32x4.add(d, f32x4.mul(factor, values));
        r = f32x4.add(r, f32x4.mul(other, values));
        values = v128.load(row, 48);
        e = f32x4.add(e, f32x4.mul(factor, values));
        t = f32x4.add(t, f32x4.mul(other, values));
        row += rowStride;
        s += slopeStride;
      }
      v128.store(g, a);
      v128.store(g, b, 16);
      v128.store(g, d, 32);
      v128.store(g, e, 48);
      v128.store(h, p);
      v128.store(h, q, 16);
      v128.store(h, r, 32);
      v128.store(h, t, 48);
      slope += 8;
      g = h + classStride;
    }
    if (c < classes) {
      for (let x: usize = 0; x < 64; x += 16) {
        let sum = v128.load(g + x);
        let row = rows + i + x;
        let s = slope;
        for (let n = 0; n < count; n++) {
          sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(s), v128.load(row)));
          row += rowStride;
          s += slopeStride;
        }
        v128.store(g + x, sum);
      }
    }
  }
}
