import type { InputSpec } from "./input-spec.js";

/**
 * The size that `frameGeometry` scales a frame to, as expressions of ffmpeg's `scale` filter: for streams whose
 * frame size is not known before they are opened.
 */
export function contentExpressions(spec: Pick<InputSpec, "width" | "height" | "fit">): {
  readonly width: string;
  readonly height: string;
} {
  const { width, height, fit } = spec;
  if (fit === "stretch") return { width: String(width), height: String(height) };
  const ratio = `min(${width}/iw,${height}/ih)`;
  const side = (length: "iw" | "ih", limit: number) => {
    const exact = `${length}*${ratio}`;
    // ffmpeg's `round` goes away from zero at a half, Python's, which the letterbox follows, to the even side.
    const rounded =
      fit === "letterbox-center"
        ? `if(eq(mod(${exact},1),0.5),2*round((${exact})/2),round(${exact}))`
        : `trunc(${exact})`;
    return `min(${limit},max(1,${rounded}))`;
  };
  return { width: side("iw", width), height: side("ih", height) };
}
