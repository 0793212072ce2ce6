import { afterEach, beforeEach } from "vitest";
import type { Session } from "../../src/session.js";
import { FakeAws } from "./fake-aws.js";

/** A fake AWS, new for every test of the file that imports it. */
export let aws: FakeAws;
/** A session with it. */
export let session: Session;

beforeEach(async () => {
  aws = await FakeAws.start();
  session = await aws.session();
});
afterEach(() => aws.stop());
