import { RequestError } from "./request-error.js";

/**
 * The media type to answer with (RFC 9110, section 12.5.1): of those offered the one that the caller likes best.
 *
 * @param accept the request's Accept; undefined and empty take anything
 * @param offers media types in lower case
 * @param preferred taken where the caller does not mind, if it is offered. Default: the first
 * @throws RequestError 406 that names the offers
 * @example
 * ```ts
 * negotiate("text/csv;q=0.5, application/jsonlines", ["application/json", "application/jsonlines", "text/csv"]);
 * // application/jsonlines
 * ```
 */
export function negotiate<Offer extends string>(
  accept: string | undefined,
  offers: readonly Offer[],
  preferred?: string,
): Offer {
  const ordered = [
    ...offers.filter((offer) => offer === preferred),
    ...offers.filter((offer) => offer !== preferred),
  ];
  if (!accept?.trim()) return ordered[0]!;
  const wishes = accept.split(",").map(parseWish);
  let best: { readonly offer: Offer; readonly quality: number } | undefined;
  for (const offer of ordered) {
    const quality = qualityOf(offer, wishes);
    if (quality > 0 && quality > (best?.quality ?? 0)) best = { offer, quality };
  }
  if (best) return best.offer;
  throw new RequestError(
    406,
    "NotAcceptable",
    `The request accepts "${accept.slice(0, 200)}", but the answer can be ${offers.join(", ")}. Ask for one of them.`,
  );
}

interface Wish {
  readonly range: string;
  /** 0 to 1; 0 is a refusal. */
  readonly quality: number;
}

function parseWish(text: string): Wish {
  const [range = "", ...parameters] = text.split(";").map((part) => part.trim().toLowerCase());
  const weight = parameters.find((parameter) => parameter.startsWith("q="));
  const quality = weight === undefined ? 1 : Number(weight.slice(2));
  return { range, quality: quality >= 0 && quality <= 1 ? quality : 0 };
}

/** The most exact range that covers the type decides. */
function qualityOf(offer: string, wishes: readonly Wish[]): number {
  for (const range of [offer, `${offer.split("/")[0]}/*`, "*/*"]) {
    const wish = wishes.find((candidate) => candidate.range === range);
    if (wish) return wish.quality;
  }
  return 0;
}
