import { vi } from "vitest";
import { type FakeAws, SECRET } from "../../../sdk/test/support/fake-aws.js";

/** A fresh copy of a function, as Lambda loads it with these variables; undone by `vi.unstubAllEnvs()`. */
export async function loadFunction<Handler>(
  aws: FakeAws,
  load: () => Promise<{ readonly handler: Handler }>,
  environment: Readonly<Record<string, string>>,
): Promise<Handler> {
  const keys = { AWS_ACCESS_KEY_ID: "AKIDFAKE", AWS_SECRET_ACCESS_KEY: SECRET, AWS_REGION: "us-east-1" };
  for (const [name, value] of Object.entries({ ...keys, AWS_ENDPOINT_URL: aws.url, ...environment }))
    vi.stubEnv(name, value);
  vi.resetModules();
  return (await load()).handler;
}
