import { AwsError } from "../errors.js";
import { parseXml, type XmlNode } from "../wire/xml.js";
import { readBody } from "./body.js";
import { BodyCheck } from "./body-check.js";
import type { S3Request } from "./request.js";

/** Bound of an XML body: DeleteObjects of 1,000 keys of 1,024 bytes fits. */
const MAX_XML_BYTES = 4 << 20;

/**
 * Reads the XML body of a request and checks what the client said of it. `aboutObject`: the request's
 * checksum header is about an object, not about this body, as CompleteMultipartUpload's is.
 *
 * @throws AwsError MalformedXML, MaxMessageLengthExceeded, BadDigest...
 */
export async function readXmlBody(request: S3Request, aboutObject = false): Promise<XmlNode> {
  const check = new BodyCheck(request, [], aboutObject);
  const pieces: Buffer[] = [];
  let size = 0;
  const trailers = await readBody(request, (piece) => {
    size += piece.length;
    if (size > MAX_XML_BYTES) throw new AwsError("MaxMessageLengthExceeded", "Your request was too big.");
    check.update(piece);
    pieces.push(piece);
  });
  check.finish(trailers);
  return parseXml(Buffer.concat(pieces).toString("utf8"));
}
