import { type Command, exitStatus, valued } from "@sightline/foundation/command-line";
import { positional, textOption } from "@sightline/foundation/option-values";
import { pushImage } from "../push/push-image.js";

const HELP = `sightline image push: an image to Amazon ECR

Usage
  sightline image push IMAGE [options]

Options
  --repository NAME   repository of your account (default: the image's name); made where there is none, with
                      scanning on push and tags that cannot be moved
  --tag NAME          tag there (default: the image's)
  --region NAME       default: AWS_REGION, or the profile's
  --json              the result as JSON on stdout
  --help              this text

Credentials are found as every AWS SDK finds them. Docker keeps the login, which is good for 12 hours
(docker logout ends it). Prints the image by digest: give that to models and jobs, it cannot change.

Examples
  sightline image push drivers:1 --region eu-west-1
  sightline image push drivers:1 --repository team/drivers --json
`;

/** Pushes an image. */
export const PUSH_COMMAND: Command = {
  help: HELP,
  options: {
    ...valued("repository", "tag", "region"),
    json: { type: "boolean" },
  },
  async run(positionals, values, { out, err, signal }) {
    const [image] = positional(positionals, "IMAGE") as [string];
    const given = {
      repository: textOption(values, "repository"),
      tag: textOption(values, "tag"),
      region: textOption(values, "region"),
    };
    const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    const pushed = await pushImage({ image, ...set, onLine: (line) => err(`${line}\n`), signal });
    out(values.json === true ? `${JSON.stringify(pushed)}\n` : `${pushed.uri}\n${pushed.pinned}\n`);
    return exitStatus.ok;
  },
};
