import type { ServerResponse } from "node:http";
import { AwsError } from "../errors.js";
import { writeXml } from "../wire/xml.js";

const NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/";

/** Answers one request of STS, which speaks Query/XML. */
export function serveSts(
  body: Uint8Array,
  response: ServerResponse,
  account: string,
  user: string,
  requestId: string,
): void {
  const action = new URLSearchParams(Buffer.from(body).toString("utf8")).get("Action") ?? "";
  response.setHeader("content-type", "text/xml");
  if (action !== "GetCallerIdentity") {
    const error = new AwsError("InvalidAction", `The local STS does not implement "${action}".`);
    sendQueryError(response, error, requestId);
    return;
  }
  response.end(
    writeXml(
      "GetCallerIdentityResponse",
      [
        [
          "GetCallerIdentityResult",
          [
            // An assumed role, as on a SageMaker notebook: clients take their execution role from it.
            ["Arn", `arn:aws:sts::${account}:assumed-role/sightline-local/${user}`],
            ["UserId", `AROALOCAL:${user}`],
            ["Account", account],
          ],
        ],
        ["ResponseMetadata", [["RequestId", requestId]]],
      ],
      NAMESPACE,
    ),
  );
}

/** Writes an error as the Query protocol does. */
export function sendQueryError(response: ServerResponse, error: AwsError, requestId: string): void {
  response.statusCode = error.status;
  response.setHeader("content-type", "text/xml");
  response.end(
    writeXml(
      "ErrorResponse",
      [
        [
          "Error",
          [
            ["Type", "Sender"],
            ["Code", error.code],
            ["Message", error.message],
          ],
        ],
        ["RequestId", requestId],
      ],
      NAMESPACE,
    ),
  );
}
