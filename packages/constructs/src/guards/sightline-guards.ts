import { RemovalPolicy } from "aws-cdk-lib";
import { CfnBudget } from "aws-cdk-lib/aws-budgets";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { CfnLoggingConfiguration, CfnWebACL, CfnWebACLAssociation } from "aws-cdk-lib/aws-wafv2";
import { Construct } from "constructs";

/** What is guarded. */
export interface SightlineGuardsProps {
  /** What the whole account may cost in a month, in US dollars, from 1. */
  readonly monthlyUsd: number;
  /** Mail addresses that are told at half, four fifths and all of it, and when the forecast passes it; 1 to 10. */
  readonly mails: readonly string[];
  /** ARNs of stages of REST APIs that the web ACL stands before. Default: none, and then there is no web ACL. */
  readonly stageArns?: readonly string[];
  /** Requests of one address in five minutes; more are blocked. From 10 to 2,000,000,000. Default 1,000. */
  readonly requestsPerFiveMinutes?: number;
}

/** Shares of the budget, in percent, at which somebody is told. */
const TOLD_AT = [50, 80, 100];

/**
 * A budget for the account and a web ACL before REST APIs: for a stack of its own, on AWS only. Emulators' CloudFormation
 * knows neither, and both cost (a web ACL by the month and the rule), so no shared template holds them.
 *
 * @throws RangeError for an amount, a number of addresses or of requests out of range
 * @example
 * ```ts
 * new SightlineGuards(stack, "Guards", { monthlyUsd: 50, mails: ["me@example.org"], stageArns: [stageArn] });
 * ```
 */
export class SightlineGuards extends Construct {
  /** The web ACL; undefined without `stageArns`. */
  readonly webAcl: CfnWebACL | undefined;

  constructor(scope: Construct, id: string, props: SightlineGuardsProps) {
    super(scope, id);
    const { monthlyUsd, mails, stageArns = [], requestsPerFiveMinutes = 1_000 } = props;
    if (!(monthlyUsd >= 1))
      throw new RangeError(`monthlyUsd must be at least 1 US dollar, not ${monthlyUsd}.`);
    if (mails.length < 1 || mails.length > 10) {
      throw new RangeError(`mails must be 1 to 10 addresses, AWS Budgets' limit, not ${mails.length}.`);
    }
    if (!(requestsPerFiveMinutes >= 10 && requestsPerFiveMinutes <= 2_000_000_000)) {
      throw new RangeError(
        `requestsPerFiveMinutes must be from 10 to 2,000,000,000, AWS WAF's limits, not ${requestsPerFiveMinutes}.`,
      );
    }
    this.#makeBudget(monthlyUsd, mails);
    this.webAcl = stageArns.length === 0 ? undefined : this.#makeWebAcl(stageArns, requestsPerFiveMinutes);
  }

  #makeBudget(monthlyUsd: number, mails: readonly string[]): void {
    const tell = (threshold: number, notificationType: "ACTUAL" | "FORECASTED") => ({
      notification: {
        notificationType,
        comparisonOperator: "GREATER_THAN",
        threshold,
        thresholdType: "PERCENTAGE",
      },
      subscribers: mails.map((address) => ({ subscriptionType: "EMAIL", address })),
    });
    new CfnBudget(this, "Budget", {
      budget: {
        budgetType: "COST",
        timeUnit: "MONTHLY",
        budgetLimit: { amount: monthlyUsd, unit: "USD" },
      },
      notificationsWithSubscribers: [
        ...TOLD_AT.map((share) => tell(share, "ACTUAL")),
        tell(100, "FORECASTED"),
      ],
    });
  }

  #makeWebAcl(stageArns: readonly string[], limit: number): CfnWebACL {
    const seen = (metricName: string) => ({
      metricName,
      cloudWatchMetricsEnabled: true,
      // Samples hold what people sent.
      sampledRequestsEnabled: false,
    });
    const managed = (name: string, priority: number, counted: readonly string[] = []) => ({
      name,
      priority,
      overrideAction: { none: {} },
      visibilityConfig: seen(name),
      statement: {
        managedRuleGroupStatement: {
          vendorName: "AWS",
          name,
          ruleActionOverrides: counted.map((rule) => ({ name: rule, actionToUse: { count: {} } })),
        },
      },
    });
    const webAcl = new CfnWebACL(this, "WebAcl", {
      scope: "REGIONAL",
      defaultAction: { allow: {} },
      visibilityConfig: seen("SightlineGuards"),
      rules: [
        {
          name: "TooManyRequests",
          priority: 0,
          action: { block: { customResponse: { responseCode: 429 } } },
          visibilityConfig: seen("TooManyRequests"),
          statement: { rateBasedStatement: { limit, aggregateKeyType: "IP" } },
        },
        managed("AWSManagedRulesAmazonIpReputationList", 1),
        // Pictures are larger than the 8 KB that this rule allows; the API has a limit of its own.
        managed("AWSManagedRulesCommonRuleSet", 2, ["SizeRestrictions_BODY"]),
      ],
    });
    // AWS WAF wants this beginning of the name.
    const log = new LogGroup(this, "Log", {
      logGroupName: `aws-waf-logs-${this.node.addr.slice(0, 20)}`,
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    new CfnLoggingConfiguration(this, "Logging", {
      resourceArn: webAcl.attrArn,
      logDestinationConfigs: [log.logGroupArn],
      redactedFields: [{ singleHeader: { Name: "authorization" } }, { singleHeader: { Name: "x-api-key" } }],
    });
    stageArns.forEach((resourceArn, n) => {
      new CfnWebACLAssociation(this, `Association${n}`, { resourceArn, webAclArn: webAcl.attrArn });
    });
    return webAcl;
  }
}
