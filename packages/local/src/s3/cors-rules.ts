import { AwsError } from "../errors.js";
import type { XmlElement, XmlNode } from "../wire/xml.js";

/** One rule of a bucket's CORS configuration, as S3 has it. */
export interface CorsRule {
  /** A name of its own, without meaning here. */
  readonly id?: string;
  /** Each with at most one `*`. */
  readonly origins: readonly string[];
  /** Of `GET PUT POST DELETE HEAD`. */
  readonly methods: readonly string[];
  /** Request headers, each with at most one `*`. */
  readonly headers: readonly string[];
  /** Answer's headers that a page may read. */
  readonly exposed: readonly string[];
  /** Seconds for which a browser may keep the answer to a preflight. */
  readonly maxAgeSeconds?: number;
}

/** What a page of another origin asks for. */
export interface CorsAsk {
  /** Scheme, host and port of the page. */
  readonly origin: string;
  /** The method that it wants to send. */
  readonly method: string;
  /** Lower-case names of the headers that it wants to send. */
  readonly headers: readonly string[];
}

/** Most rules of one configuration, as S3 has it. */
const MAX_RULES = 100;
const METHODS = ["GET", "PUT", "POST", "DELETE", "HEAD"];

/** Reads a `CORSConfiguration` document. @throws AwsError MalformedXML, InvalidRequest */
export function readCorsRules(document: XmlNode): CorsRule[] {
  const nodes = document.children.filter(({ name }) => name === "CORSRule");
  if (nodes.length === 0 || nodes.length > MAX_RULES) {
    throw new AwsError("MalformedXML", `A CORS configuration has 1 to ${MAX_RULES} rules.`);
  }
  return nodes.map(readRule);
}

function readRule(node: XmlNode): CorsRule {
  const texts = (wanted: string) =>
    node.children.filter(({ name }) => name === wanted).map(({ text }) => text);
  const [id] = texts("ID");
  const [maxAge] = texts("MaxAgeSeconds");
  const rule = {
    origins: texts("AllowedOrigin"),
    methods: texts("AllowedMethod"),
    headers: texts("AllowedHeader"),
    exposed: texts("ExposeHeader"),
    ...(id === undefined ? {} : { id }),
    ...(maxAge === undefined ? {} : { maxAgeSeconds: Number(maxAge) }),
  };
  if (rule.origins.length === 0 || rule.methods.length === 0 || !/^\d*$/.test(maxAge ?? "")) {
    throw new AwsError("MalformedXML", "A CORSRule has an AllowedOrigin and an AllowedMethod.");
  }
  const refuse = (reason: string) => new AwsError("InvalidRequest", reason);
  const method = rule.methods.find((name) => !METHODS.includes(name));
  if (method !== undefined) {
    throw refuse(`Found unsupported HTTP method in CORS config. Unsupported method is ${method}`);
  }
  for (const [name, patterns] of [
    ["AllowedOrigin", rule.origins],
    ["AllowedHeader", rule.headers],
  ] as const) {
    const twice = patterns.find((pattern) => pattern.split("*").length > 2);
    if (twice !== undefined) throw refuse(`${name} "${twice}" can not have more than one wildcard.`);
  }
  const wild = rule.exposed.find((name) => name.includes("*"));
  if (wild !== undefined)
    throw refuse(
      `ExposeHeader "${wild}" contains wildcard. We currently do not support wildcard for ExposeHeader.`,
    );
  return rule;
}

/** The rules as the members of a `CORSConfiguration`. */
export function corsRulesXml(rules: readonly CorsRule[]): XmlElement[] {
  const all = (name: string, texts: readonly string[]) => texts.map((text): XmlElement => [name, text]);
  return rules.map((rule) => [
    "CORSRule",
    [
      ["ID", rule.id],
      ...all("AllowedHeader", rule.headers),
      ...all("AllowedMethod", rule.methods),
      ...all("AllowedOrigin", rule.origins),
      ...all("ExposeHeader", rule.exposed),
      ["MaxAgeSeconds", rule.maxAgeSeconds],
    ],
  ]);
}

/** The headers that allow what is asked for, by the first rule that does; undefined when none does. */
export function corsHeaders(
  rules: readonly CorsRule[],
  ask: CorsAsk,
): Record<string, string | undefined> | undefined {
  for (const rule of rules) {
    const origin = rule.origins.find((pattern) => fits(pattern, ask.origin));
    if (origin === undefined || !rule.methods.includes(ask.method)) continue;
    if (!ask.headers.every((name) => rule.headers.some((pattern) => fits(pattern.toLowerCase(), name))))
      continue;
    return {
      "access-control-allow-origin": origin === "*" ? "*" : ask.origin,
      "access-control-allow-credentials": origin === "*" ? undefined : "true",
      "access-control-allow-methods": rule.methods.join(", "),
      "access-control-allow-headers": ask.headers.join(", ") || undefined,
      "access-control-expose-headers": rule.exposed.join(", ") || undefined,
      "access-control-max-age": rule.maxAgeSeconds === undefined ? undefined : String(rule.maxAgeSeconds),
      vary: "Origin, Access-Control-Request-Headers, Access-Control-Request-Method",
    };
  }
  return undefined;
}

function fits(pattern: string, text: string): boolean {
  const star = pattern.indexOf("*");
  if (star < 0) return pattern === text;
  const [head, tail] = [pattern.slice(0, star), pattern.slice(star + 1)];
  return text.length >= head.length + tail.length && text.startsWith(head) && text.endsWith(tail);
}
