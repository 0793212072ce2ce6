import { type Command, exitStatus } from "@sightline/foundation/command-line";
import { choiceOption, positional } from "@sightline/foundation/option-values";
import { SESSION_HELP, SESSION_OPTIONS, withSession } from "../aws/session-options.js";
import { CliError } from "../errors.js";
import { unlessGone } from "../resources/endpoints.js";
import { findJob, JOB_KINDS } from "../resources/jobs.js";

const KINDS = [...JOB_KINDS, "endpoint"] as const;

const HELP = `sightline logs: the log of a job or an endpoint

Usage
  sightline logs NAME [options]

Options
  --follow, -f         go on until the job has ended or the endpoint is gone; Ctrl-C ends it
  --kind NAME          ${KINDS.join(", ")} (default: whichever has that name)
${SESSION_HELP.replace("the result as JSON", "each line as a JSON object")}

The lines of all instances, in order of time.

Examples
  sightline logs drivers --follow
  sightline logs image-classification-20261128-201500-a1b2 --json | jq -r .message
`;

/** Prints a log. */
export const LOGS_COMMAND: Command = {
  help: HELP,
  options: { ...SESSION_OPTIONS, follow: { type: "boolean", short: "f" }, kind: { type: "string" } },
  async run(positionals, values, io) {
    const [name] = positional(positionals, "NAME") as [string];
    const { signal, out } = io;
    const wanted = choiceOption(values, "kind", KINDS);
    return withSession(values, io, async (session, { followLog }) => {
      const endpoint = () =>
        unlessGone(session.send("sagemaker", "DescribeEndpoint", { EndpointName: name }, { signal }));
      const kind =
        wanted ??
        (await findJob(session, name, signal)) ??
        ((await endpoint()) === undefined ? undefined : ("endpoint" as const));
      if (kind === undefined)
        throw new CliError(
          `There is no job or endpoint "${name}" in ${session.region}; see "sightline list".`,
        );
      const log = followLog(session, { kind, name }, { follow: values.follow === true, signal });
      for await (const { stream, timestamp, message } of log) {
        out(values.json === true ? `${JSON.stringify({ stream, timestamp, message })}\n` : `${message}\n`);
      }
      return exitStatus.ok;
    });
  },
};
