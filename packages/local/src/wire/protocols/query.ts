import { AwsError } from "../../errors.js";
import type { ServiceModel, Shape } from "../service-models.js";
import { writeXml, type XmlContent, type XmlElement } from "../xml.js";
import { type ErrorForm, type Protocol, unknownOperation } from "./protocol.js";

/**
 * AWS Query: a form with `Action` and flattened members (`Dimensions.member.1.Name=a`), answered in XML.
 * STS and IAM speak nothing else; CloudWatch's clients did before they spoke CBOR.
 */
export const QUERY: Protocol = {
  readCall({ target, body }, model) {
    const form = new Map([
      ...target.query,
      ...new URLSearchParams(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("utf8")),
    ]);
    const operation = form.get("Action");
    if (operation === undefined) throw unknownOperation("");
    const root = model.inputs[operation];
    return { operation, input: root === undefined ? {} : (readForm(model, root, form, "") ?? {}) };
  },
  writeOutput({ operation }, output, model, requestId) {
    const root = model.outputs?.[operation];
    const result = root === undefined ? undefined : writeShape(model, root, output ?? {});
    const content: XmlElement[] = [
      [`${operation}Result`, result],
      ["ResponseMetadata", [["RequestId", requestId]]],
    ];
    return {
      headers: { "content-type": "text/xml" },
      body: writeXml(`${operation}Response`, content, model.xmlNamespace),
    };
  },
  writeError: (error, requestId) => ({
    status: error.status,
    headers: { "content-type": "text/xml", ...error.headers },
    body: writeXml("ErrorResponse", [
      [
        "Error",
        [
          ["Type", error.status < 500 ? "Sender" : "Receiver"],
          ["Code", QUERY_CODES[error.code] ?? error.code],
          ["Message", error.message],
        ],
      ],
      ["RequestId", requestId],
    ]),
  }),
};

/** EC2's form of Query has errors of its own. */
export const EC2_QUERY: ErrorForm = {
  writeError: (error, requestId) => ({
    status: error.status,
    headers: { "content-type": "text/xml" },
    body: writeXml("Response", [
      [
        "Errors",
        [
          [
            "Error",
            [
              ["Code", QUERY_CODES[error.code] ?? error.code],
              ["Message", error.message],
            ],
          ],
        ],
      ],
      ["RequestID", requestId],
    ]),
  }),
};

/** Services that speak Query have names of their own for what the common ones call otherwise. Source: "Common errors" of IAM. */
const QUERY_CODES: Readonly<Record<string, string>> = {
  UnrecognizedClientException: "InvalidClientTokenId",
  InvalidSignatureException: "SignatureDoesNotMatch",
  ExpiredTokenException: "ExpiredToken",
  UnknownOperationException: "InvalidAction",
};

/** Reads a value below a prefix of the form; undefined where there is none. */
function readForm(
  model: ServiceModel,
  name: string,
  form: ReadonlyMap<string, string>,
  prefix: string,
): unknown {
  const shape = model.shapes[name]!;
  const inner = (child: string) => (prefix === "" ? child : `${prefix}.${child}`);
  switch (shape.type) {
    case "structure": {
      const members = Object.entries(shape.members ?? {}).flatMap(([member, child]) => {
        const value = readForm(model, child, form, inner(member));
        return value === undefined ? [] : [[member, value] as const];
      });
      return members.length === 0 ? undefined : Object.fromEntries(members);
    }
    case "list":
      return readItems(form, prefix, (item) => readForm(model, shape.member!, form, item), "member");
    case "map": {
      const entries = readItems(
        form,
        prefix,
        (item) => {
          const key = form.get(`${item}.key`);
          return key === undefined ? undefined : [key, readForm(model, shape.value!, form, `${item}.value`)];
        },
        "entry",
      );
      return entries === undefined ? undefined : Object.fromEntries(entries as [string, unknown][]);
    }
    default:
      return readScalar(shape, form.get(prefix), prefix);
  }
}

/** Items `PREFIX.member.1`, `PREFIX.member.2`... An empty list is an empty value of the prefix itself. */
function readItems(
  form: ReadonlyMap<string, string>,
  prefix: string,
  readItem: (prefix: string) => unknown,
  label: string,
): unknown[] | undefined {
  const items: unknown[] = [];
  for (;;) {
    const item = readItem(`${prefix}.${label}.${items.length + 1}`);
    if (item === undefined) break;
    items.push(item);
  }
  return items.length > 0 || form.get(prefix) === "" ? items : undefined;
}

function readScalar(shape: Shape, text: string | undefined, path: string): unknown {
  if (text === undefined) return undefined;
  switch (shape.type) {
    case "integer":
    case "long":
    case "float":
    case "double": {
      const value = text === "" ? Number.NaN : Number(text);
      if (Number.isNaN(value)) throw malformed(path, "a number");
      return value;
    }
    case "boolean":
      if (text !== "true" && text !== "false") throw malformed(path, "true or false");
      return text === "true";
    default:
      return text;
  }
}

function malformed(path: string, expected: string): AwsError {
  return new AwsError("MalformedInput", `The value of ${path} must be ${expected}.`);
}

/** Writes a value by its shape. */
function writeShape(model: ServiceModel, name: string, value: unknown): XmlContent {
  const shape = model.shapes[name]!;
  switch (shape.type) {
    case "structure":
      return Object.entries(shape.members ?? {}).map(([member, child]): XmlElement => {
        const inner = (value as Record<string, unknown>)[member];
        return [member, inner === undefined ? undefined : writeShape(model, child, inner)];
      });
    case "list":
      return (value as readonly unknown[]).map((item) => ["member", writeShape(model, shape.member!, item)]);
    case "map":
      return Object.entries(value as object).map(([key, item]) => [
        "entry",
        [
          ["key", key],
          ["value", writeShape(model, shape.value!, item)],
        ],
      ]);
    case "timestamp":
      return (value as Date).toISOString();
    default:
      return value as string | number | boolean;
  }
}
