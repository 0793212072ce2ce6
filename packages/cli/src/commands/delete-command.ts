import { type Command, exitStatus, type OptionValues, UsageError } from "@sightline/foundation/command-line";
import { didYouMean } from "@sightline/foundation/nearest";
import { positional, textOption } from "@sightline/foundation/option-values";
import type { Deletion, Session } from "@sightline/sdk";
import { type Sdk, SESSION_HELP, SESSION_OPTIONS, withSession } from "../aws/session-options.js";

const KINDS = ["endpoint", "model", "training-job", "processing-job"] as const;

const HELP = `sightline delete: an endpoint with what belongs to it, a model, a job, or all of a session

Usage
  sightline delete endpoint NAME       and its scaling, configurations and models that Sightline made for it
  sightline delete model NAME
  sightline delete training-job NAME   stopped first when it runs; also processing-job
  sightline delete --session ID        all that carries the tag sightline:session=ID

Options
  --dry-run            with --session: only list what would be deleted
${SESSION_HELP}

What a live endpoint or a running job uses is left, and named. Objects in S3 stay. What is gone already is no error.

Examples
  sightline delete endpoint drivers
  sightline delete --session my-experiment --dry-run
`;

/** Deletes. */
export const DELETE_COMMAND: Command = {
  help: HELP,
  options: { ...SESSION_OPTIONS, session: { type: "string" }, "dry-run": { type: "boolean" } },
  async run(positionals, values, io) {
    const json = values.json === true;
    if (textOption(values, "session") !== undefined) {
      positional(positionals);
      return withSession(values, io, async (session, sdk) => {
        if (values["dry-run"] === true) {
          const found = await sdk.listResources(session, { signal: io.signal });
          io.out(json ? `${JSON.stringify(found)}\n` : lines("would delete", found));
        } else show(await sdk.deleteResources(session, { signal: io.signal }));
        return exitStatus.ok;
      });
    }
    const [kind, name] = whatOf(positionals, values);
    show(await withSession(values, io, (session, sdk) => deleteOne(session, sdk, kind, name, io.signal)));
    return exitStatus.ok;

    function show(deletion: Deletion): void {
      if (json) {
        io.out(`${JSON.stringify(deletion)}\n`);
        return;
      }
      const { deleted, kept } = deletion;
      io.out(deleted.length === 0 ? "There was nothing to delete.\n" : lines("deleted", deleted));
      for (const { resource, name: left, usedBy } of kept)
        io.out(`kept ${resource} ${left}: used by ${usedBy}\n`);
    }
  },
};

function whatOf(positionals: readonly string[], values: OptionValues): [(typeof KINDS)[number], string] {
  const [word, name] = positional(positionals, "What to delete", "NAME") as [string, string];
  if (values["dry-run"] === true) throw new UsageError("--dry-run goes with --session.");
  const kind = KINDS.find((known) => known === word);
  if (kind !== undefined) return [kind, name];
  throw new UsageError(`"${word}" cannot be deleted; ${KINDS.join(", ")} can.${didYouMean(word, KINDS)}`);
}

async function deleteOne(
  session: Session,
  sdk: Sdk,
  kind: (typeof KINDS)[number],
  name: string,
  signal: AbortSignal,
): Promise<Deletion> {
  if (kind === "endpoint") return sdk.deleteEndpoint(session, name, { signal });
  const verbs = {
    model: sdk.deleteModel,
    "training-job": sdk.deleteTrainingJob,
    "processing-job": sdk.deleteProcessingJob,
  } as const;
  const gone = await verbs[kind](session, name, { signal });
  return { deleted: gone ? [{ resource: kind, name }] : [], kept: [] };
}

function lines(
  verb: string,
  things: readonly { readonly resource: string; readonly name: string }[],
): string {
  return things.map(({ resource, name }) => `${verb} ${resource} ${name}\n`).join("");
}
