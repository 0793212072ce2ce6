import { AwsError } from "../errors.js";
import { childText, type XmlNode } from "../wire/xml.js";

/** Tags of an object, by key. */
export type Tags = Readonly<Record<string, string>>;

/** Limits of an object's tags. Source: "Categorizing your storage using tags" of the S3 guide. */
const MAX_TAGS = 10;
const MAX_KEY_LENGTH = 128;
const MAX_VALUE_LENGTH = 256;
/** Letters, spaces and numbers of any script, and `+ - = . _ : / @`. */
const CHARACTERS = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/** Reads the header `x-amz-tagging`. @throws AwsError InvalidArgument, BadRequest, InvalidTag */
export function tagsOfHeader(text: string): Tags {
  return checkTags([...new URLSearchParams(text)], () => {
    const rule =
      "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.";
    return new AwsError("InvalidArgument", rule, 400, {
      members: { ArgumentName: "x-amz-tagging", ArgumentValue: text },
    });
  });
}

/** Reads a `Tagging` document. @throws AwsError MalformedXML, BadRequest, InvalidTag */
export function tagsOfXml(document: XmlNode): Tags {
  const set = document.children.find((child) => child.name === "TagSet");
  if (set === undefined) throw new AwsError("MalformedXML", "A Tagging document has a TagSet.");
  const tags = set.children.map(
    (tag) => [childText(tag, "Key") ?? "", childText(tag, "Value") ?? ""] as const,
  );
  return checkTags(tags, (key) => invalidTag("Cannot provide multiple Tags with the same key", key));
}

function checkTags(
  tags: readonly (readonly [key: string, value: string])[],
  duplicate: (key: string) => AwsError,
): Tags {
  if (tags.length > MAX_TAGS) {
    throw new AwsError("BadRequest", `Object tags cannot be greater than ${MAX_TAGS}`);
  }
  const seen = new Set<string>();
  for (const [key, value] of tags) {
    if (seen.has(key)) throw duplicate(key);
    seen.add(key);
    if (key === "" || key.length > MAX_KEY_LENGTH || !CHARACTERS.test(key)) {
      throw invalidTag(`The TagKey you have provided is invalid: 1 to ${MAX_KEY_LENGTH} characters`, key);
    }
    if (key.startsWith("aws:")) throw invalidTag("System tags cannot be added/updated by requester", key);
    if (value.length > MAX_VALUE_LENGTH || !CHARACTERS.test(value)) {
      throw invalidTag(
        `The TagValue you have provided is invalid: at most ${MAX_VALUE_LENGTH} characters`,
        key,
      );
    }
  }
  // Whatever its name, `__proto__` included, an entry is one.
  return Object.fromEntries(tags);
}

function invalidTag(message: string, key: string): AwsError {
  return new AwsError("InvalidTag", message, 400, { members: { TagKey: key } });
}
