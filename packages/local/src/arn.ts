/** Where this server says it is: what ARNs name. */
export interface Place {
  readonly region: string;
  /** Twelve digits. */
  readonly account: string;
}

/** An ARN of this server. */
export function arn({ region, account }: Place, service: string, resource: string): string {
  return `arn:aws:${service}:${region}:${account}:${resource}`;
}
