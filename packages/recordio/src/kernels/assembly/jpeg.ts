export { decodeBaseline } from "./jpeg-baseline";
export { buildTable, unstuff } from "./jpeg-bits";
export { interleave } from "./jpeg-color";
export { decodeProgressive } from "./jpeg-progressive";
