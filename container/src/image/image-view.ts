/** A part of a picture, mirrored or recoloured: what augmentation feeds instead of the picture itself. */
export interface ImageView {
  /** Left edge as a fraction of the width, 0 to 1. */
  readonly left: number;
  /** Top edge as a fraction of the height, 0 to 1. */
  readonly top: number;
  /** Fraction of the width. */
  readonly width: number;
  /** Fraction of the height. */
  readonly height: number;
  /** Mirrors left and right. */
  readonly flip: boolean;
  /** Factors on brightness and saturation, and degrees of hue. */
  readonly colour?: { readonly brightness: number; readonly saturation: number; readonly hue: number };
  /** Clockwise rotation in degrees. */
  readonly degrees?: number;
  /** Horizontal shear: shift in x for each unit of y. */
  readonly shear?: number;
}
