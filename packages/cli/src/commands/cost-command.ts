import { PRICE_USES } from "@sightline/contract/price-table";
import { type Command, exitStatus, UsageError, valued } from "@sightline/foundation/command-line";
import { choiceOption, numberOption, positional, textOption } from "@sightline/foundation/option-values";
import { SESSION_HELP, SESSION_OPTIONS, withSession } from "../aws/session-options.js";
import { showRunning } from "../cost/show-running.js";
import { updatePrices } from "../cost/update-prices.js";

const HELP = `sightline cost: what runs and what it costs, and what something would cost

Usage
  sightline cost                        endpoints and jobs that run now, with their price an hour
  sightline cost --instance TYPE        what instances of a type cost
  sightline cost --update               read the region's prices from AWS's Price List API

Options
  --instance TYPE      for example ml.m5.xlarge; with --update: only that type's prices
  --use NAME           ${PRICE_USES.join(", ")} (default endpoint)
  --count N            instances (default 1)
  --hours H            hours that they run
  --update             renew the table; takes the permission pricing:GetProducts
${SESSION_HELP}

Prices are on demand, in US dollars, without tax, volumes, objects and traffic. The table lies in SIGHTLINE_PRICES, or in
sightline/prices.json in your folder for settings; each row has its source and date, and you may write your own. It begins
empty: what it does not have is "price unknown".

Examples
  sightline cost --update --region eu-west-1
  sightline cost --instance ml.g5.xlarge --hours 730
`;

/** Tells costs. */
export const COST_COMMAND: Command = {
  help: HELP,
  options: {
    ...SESSION_OPTIONS,
    ...valued("instance", "use", "count", "hours"),
    update: { type: "boolean" },
  },
  async run(positionals, values, io) {
    positional(positionals);
    const instanceType = textOption(values, "instance");
    const asked = {
      use: choiceOption(values, "use", PRICE_USES) ?? "endpoint",
      count: numberOption(values, "count", { min: 1, whole: true }) ?? 1,
      hours: numberOption(values, "hours", { min: 0 }),
    };
    const isEstimate = values.use !== undefined || values.count !== undefined || values.hours !== undefined;
    if (isEstimate && (instanceType === undefined || values.update === true))
      throw new UsageError("--use, --count and --hours go with --instance, and not with --update.");
    return withSession(values, io, async (session, { estimateCost }) => {
      if (values.update === true) return updatePrices(session, instanceType, values, io);
      if (instanceType === undefined) return showRunning(session, values, io);
      const { hours, ...rest } = asked;
      const estimate = await estimateCost(session, {
        instanceType,
        ...rest,
        ...(hours !== undefined && { hours }),
      });
      io.out(values.json === true ? `${JSON.stringify(estimate)}\n` : `${estimate.text}\n`);
      return exitStatus.ok;
    });
  },
};
