import { SightlineGuards, type SightlineGuardsProps } from "@sightline/constructs";
import { Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { expect, test } from "vitest";
import { useScratch } from "./support/synthesis.js";

const { newApp, newCheckedApp } = useScratch();

const STAGE = "arn:aws:apigateway:eu-west-1::/restapis/0123abcd/stages/prod";

function makeStack(props: Partial<SightlineGuardsProps> = {}, app = newApp()) {
  const stack = new Stack(app, "Guards");
  new SightlineGuards(stack, "Guards", { monthlyUsd: 50, mails: ["me@example.org"], ...props });
  return stack;
}

test("a budget tells every address at 50, 80 and 100 %, and of a forecast above it", () => {
  const mails = ["me@example.org", "you@example.org"];
  const [budget] = Object.values(
    Template.fromStack(makeStack({ mails })).findResources("AWS::Budgets::Budget"),
  );
  expect(budget!.Properties.Budget.BudgetLimit).toEqual({ Amount: 50, Unit: "USD" });
  const told: { Notification: { NotificationType: string; Threshold: number }; Subscribers: object[] }[] =
    budget!.Properties.NotificationsWithSubscribers;
  expect(told.map(({ Notification: { NotificationType: type, Threshold: at } }) => [type, at])).toEqual([
    ["ACTUAL", 50],
    ["ACTUAL", 80],
    ["ACTUAL", 100],
    ["FORECASTED", 100],
  ]);
  for (const { Subscribers: subscribers } of told) expect(subscribers).toHaveLength(2);
});

test("a web ACL stands before each stage, counts large bodies only, and blocks an address that floods", () => {
  expect(
    makeStack()
      .node.findAll()
      .some(({ node }) => node.id === "WebAcl"),
  ).toBe(false);
  const template = Template.fromStack(makeStack({ stageArns: [STAGE], requestsPerFiveMinutes: 200 }));
  template.hasResourceProperties("AWS::WAFv2::WebACLAssociation", { ResourceArn: STAGE });
  const [acl] = Object.values(template.findResources("AWS::WAFv2::WebACL"));
  const rules: { Statement: Record<string, Record<string, unknown>> }[] = acl!.Properties.Rules;
  expect(rules[0]!.Statement.RateBasedStatement).toMatchObject({ Limit: 200, AggregateKeyType: "IP" });
  expect(rules[2]!.Statement.ManagedRuleGroupStatement!.RuleActionOverrides).toEqual([
    { Name: "SizeRestrictions_BODY", ActionToUse: { Count: {} } },
  ]);
});

test.each<[RegExp, Partial<SightlineGuardsProps>]>([
  [/at least 1 US dollar, not 0/, { monthlyUsd: 0 }],
  [/1 to 10 addresses, AWS Budgets' limit, not 0/, { mails: [] }],
  [/from 10 to 2,000,000,000, AWS WAF's limits, not 1\./, { requestsPerFiveMinutes: 1 }],
])("refuses %s", (why, props) => {
  expect(() => makeStack(props)).toThrow(why);
});

test("passes cdk-nag's AwsSolutions", () => {
  const app = newCheckedApp();
  makeStack({ stageArns: [STAGE] }, app);
  app.synth();
});
