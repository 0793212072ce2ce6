import { Stack, Validations } from "aws-cdk-lib";
import type { IConstruct } from "constructs";

/** Says of a finding of cdk-nag's AwsSolutions why it stands. Without cdk-nag in the app it says nothing. */
export function acknowledge(construct: IConstruct, findings: Readonly<Record<string, string>>): void {
  for (const [id, reason] of Object.entries(findings)) Validations.of(construct).acknowledge({ id, reason });
}

/** The same of the resources of a policy that end in `*`: cdk-nag wants each of them named. */
export function acknowledgeWildcards(
  construct: IConstruct,
  resources: readonly string[],
  reason: string,
): void {
  for (const resource of resources) {
    acknowledge(construct, { [`AwsSolutions-IAM5[Resource::${asNagHasIt(construct, resource)}]`]: reason });
  }
}

type Part = string | { readonly Ref: string } | { readonly "Fn::GetAtt": readonly string[] };

/** `arn:<AWS::Partition>:s3:::...`: what is known at deployment only is named in angle brackets. */
function asNagHasIt(construct: IConstruct, resource: string): string {
  const resolved: string | { "Fn::Join": [string, Part[]] } = Stack.of(construct).resolve(resource);
  if (typeof resolved === "string") return resolved;
  const shown = (part: Part): string => {
    if (typeof part === "string") return part;
    return "Ref" in part ? `<${part.Ref}>` : `<${part["Fn::GetAtt"].join(".")}>`;
  };
  return resolved["Fn::Join"][1].map(shown).join("");
}
