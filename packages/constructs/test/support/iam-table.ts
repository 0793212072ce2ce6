interface Resource {
  readonly Type: string;
  readonly Properties?: {
    readonly Description?: string;
    readonly PolicyDocument?: { readonly Statement: readonly Statement[] };
    readonly Policies?: readonly { readonly PolicyDocument: { readonly Statement: readonly Statement[] } }[];
    readonly Roles?: readonly { readonly Ref: string }[];
    readonly ManagedPolicyArns?: readonly Arn[];
  };
}
type Arn = string | { readonly Ref?: string; readonly "Fn::Join"?: readonly [string, readonly string[]] };
/** A template as CloudFormation has it. */
export interface CfnTemplate {
  readonly Resources: Readonly<Record<string, Resource>>;
}
interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
}

/** Why roles exist that CDK makes without a description, by the end of their name in the template. */
const CDK_ROLES: readonly (readonly [RegExp, string])[] = [
  [/^BucketNotificationsHandler/, "CDK's own: sets what buckets tell of their objects, at deployment"],
  [/^CustomS3AutoDeleteObjects/, "CDK's own: empties buckets that go with their stack"],
  [/ProjectRole/, "Builds: packs, trains, deploys, reports"],
  [/CloudWatchRole/, "API Gateway writes its logs"],
  [/EventsRole/, "The clock starts builds"],
];

/** Markdown lines that say which role of a template may do what, and why; a test compares them with a README. */
export function iamTable({ Resources: resources }: CfnTemplate): string[] {
  const statements = new Map<string, Statement[]>();
  const add = (role: string, more: readonly Statement[]) =>
    statements.set(role, [...(statements.get(role) ?? []), ...more]);
  const attached = new Map<string, string[]>();
  for (const [id, { Type: type, Properties: properties = {} }] of Object.entries(resources)) {
    if (type === "AWS::IAM::Role") {
      add(
        id,
        (properties.Policies ?? []).flatMap((policy) => policy.PolicyDocument.Statement),
      );
      attached.set(id, (properties.ManagedPolicyArns ?? []).map(managedName));
    } else if (type === "AWS::IAM::Policy" || type === "AWS::IAM::ManagedPolicy") {
      for (const { Ref: role } of properties.Roles ?? [])
        add(role, properties.PolicyDocument?.Statement ?? []);
    }
  }
  const rows = [...statements].map(([role, granted]) => {
    const { Description: description } = resources[role]!.Properties!;
    const why = description ?? CDK_ROLES.find(([name]) => name.test(role))?.[1];
    if (why === undefined) throw new Error(`Nobody says why the role ${role} is there.`);
    const may = [actionsOf(granted), ...(attached.get(role) ?? [])].filter((text) => text !== "").join("; ");
    return `| ${role.replace(/[0-9A-F]{8}$/, "")} | ${may} | ${why} |`;
  });
  return ["| role | may | why |", "| --- | --- | --- |", ...rows.sort()];
}

/** AWS's own policies by name, ours by the name that the template has for them. */
function managedName(arn: Arn): string {
  if (typeof arn === "object" && arn.Ref !== undefined) return arn.Ref.replace(/[0-9A-F]{8}$/, "");
  const text = typeof arn === "string" ? arn : (arn["Fn::Join"]?.[1].at(-1) ?? "");
  return `AWS's ${text.split("/").at(-1)}`;
}

/** `s3: GetObject, PutObject; logs: PutLogEvents`, each service once. */
function actionsOf(statements: readonly Statement[]): string {
  const services = new Map<string, Set<string>>();
  for (const { Effect: effect, Action: actions } of statements) {
    if (effect !== "Allow") continue;
    for (const action of [actions].flat()) {
      const [service = "", verb = ""] = action.split(":");
      services.set(service, (services.get(service) ?? new Set()).add(verb));
    }
  }
  return [...services]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([service, verbs]) => `${service}: ${[...verbs].sort().join(", ")}`)
    .join("; ");
}
