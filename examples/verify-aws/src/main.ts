import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline/promises";
import { type Command, runAsProgram, UsageError } from "@sightline/foundation/command-line";
import { positional, textOption } from "@sightline/foundation/option-values";
import { LocalError, startLocalSageMaker } from "@sightline/local";
import { RecordIOError } from "@sightline/recordio";
import { SampleError } from "@sightline/samples";
import { createSession, ensureBucket, SdkError, type Session } from "@sightline/sdk";
import { VideoMarkupError } from "@sightline/video-markup";
import { clean, LeftOverError } from "./clean.js";
import { costCap, readPrices } from "./cost.js";
import type { Instances } from "./flow-parts.js";
import { HELP } from "./help.js";
import { LedgerError, openLedger } from "./ledger.js";
import { type Observations, writeReport } from "./report.js";
import { runFlows } from "./run-flows.js";

/** The longest run: everything is deleted behind it. */
const DEADLINE_HOURS = 1.5;
const LOCAL_IMAGE = "000000000000.dkr.ecr.us-east-1.amazonaws.com/sightline:latest";
/** The local SageMaker is quick. */
const LOCAL_WAIT = { firstDelayMs: 50, mostDelayMs: 500 };

const command: Command = {
  help: HELP,
  options: {
    clean: { type: "boolean" },
    rehearse: { type: "boolean" },
    agree: { type: "string" },
    price: { type: "string", multiple: true },
    image: { type: "string" },
    training: { type: "string" },
    endpoint: { type: "string" },
    video: { type: "string" },
    ledger: { type: "string" },
    report: { type: "string" },
  },
  async run(positionals, values, { out, err, signal }) {
    positional(positionals);
    const say = (message: string) => err(`${message}\n`);
    const place = (name: string, otherwise: string) =>
      resolve(process.env.INIT_CWD ?? ".", textOption(values, name) ?? otherwise);
    const ledgerPath = place("ledger", "out/verify-aws/ledger.jsonl");
    if (values.clean === true) return cleanUp(ledgerPath, say);
    const instances: Instances = {
      training: textOption(values, "training") ?? "ml.g4dn.xlarge",
      endpoint: textOption(values, "endpoint") ?? "ml.m5.xlarge",
      video: textOption(values, "video") ?? "ml.m5.xlarge",
    };
    const rehearse = values.rehearse === true;
    const image = textOption(values, "image") ?? (rehearse ? LOCAL_IMAGE : undefined);
    if (image === undefined) {
      throw new UsageError("--image is missing: this project's image in your registry, for videos.");
    }
    const session = await createSession({ id: `verify${randomBytes(6).toString("hex")}` });
    if (session.bucket === undefined)
      throw new UsageError("SIGHTLINE_BUCKET is not set: docs/aws.md, step 3.");
    if (!rehearse && process.env.AWS_ENDPOINT_URL !== undefined) {
      throw new UsageError("AWS_ENDPOINT_URL is set: unset it, or give --rehearse.");
    }
    const secrets = {
      account: await session.account({ signal }),
      bucket: session.bucket,
      role: await session.role({ signal }),
      session: session.id,
      image,
    };
    say(`Account ${secrets.account}, region ${session.region}, bucket ${session.bucket}.`);
    await agree(values.price, textOption(values, "agree"), instances, rehearse, say, signal);
    if (rehearse) await ensureBucket(session);
    const common = { instances, say, signal, deadlineMs: DEADLINE_HOURS * 3_600_000 };
    const there = await runFlows({
      ...common,
      session,
      image,
      ledgerPath,
      wait: rehearse ? LOCAL_WAIT : {},
    });
    session.close();
    say("The same on a local SageMaker, to compare:");
    const local = await runLocally(common);
    const report = place("report", "out/verify-aws/report.md");
    await mkdir(dirname(report), { recursive: true });
    const where = rehearse ? "the rehearsal" : "AWS";
    await writeFile(report, writeReport(local, there, secrets, where));
    out(`${report}\n`);
    return 0;
  },
};

/** Shows the cap and asks; a rehearsal costs nothing. @throws UsageError when it was not agreed to */
async function agree(
  prices: unknown,
  agreed: string | undefined,
  instances: Instances,
  rehearse: boolean,
  say: (message: string) => void,
  signal: AbortSignal,
): Promise<void> {
  if (rehearse) {
    say("A rehearsal on a local SageMaker: it costs nothing.");
    return;
  }
  const uses = [
    { what: "training job", instance: instances.training, hours: 1 },
    { what: "endpoint of pictures", instance: instances.endpoint, hours: DEADLINE_HOURS },
    { what: "endpoint of videos", instance: instances.video, hours: DEADLINE_HOURS },
  ];
  const { usd, table } = costCap(uses, readPrices((prices as string[] | undefined) ?? []));
  say(`The run ends after ${DEADLINE_HOURS} h, whatever happens. Until then it costs:\n${table}`);
  const answer = agreed ?? (await ask(`Type ${usd.toFixed(2)} to agree: `, signal));
  if (Number(answer) !== usd || answer.trim() === "") {
    throw new UsageError(`Not agreed: the cap is ${usd.toFixed(2)} USD, not "${answer}". Nothing was made.`);
  }
}

async function ask(question: string, signal: AbortSignal): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await lines.question(question, { signal });
  } finally {
    lines.close();
  }
}

/** What is the same in both runs. */
type CommonOptions = Omit<Parameters<typeof runFlows>[0], "session" | "image" | "ledgerPath" | "wait">;

async function runLocally(common: CommonOptions): Promise<Observations> {
  const folder = await mkdtemp(join(tmpdir(), "sightline-verify-local-"));
  try {
    return await runIn(folder, common);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function runIn(folder: string, common: CommonOptions): Promise<Observations> {
  const local = await startLocalSageMaker({ stateDir: join(folder, "state"), signal: common.signal });
  try {
    const session = await createSession({
      region: local.region,
      endpointUrl: local.url,
      credentials: local.credentials,
      bucket: "verify-local",
      role: `arn:aws:iam::${local.account}:role/verify`,
    });
    await ensureBucket(session);
    const ledgerPath = join(folder, "ledger.jsonl");
    return await runFlows({ ...common, session, image: LOCAL_IMAGE, ledgerPath, wait: LOCAL_WAIT });
  } finally {
    await local.close();
  }
}

async function cleanUp(ledgerPath: string, say: (message: string) => void): Promise<number> {
  const ledger = openLedger(ledgerPath);
  if (ledger === undefined) {
    say(`${ledgerPath} is not there: nothing was left.`);
    return 0;
  }
  const { sessionId, region, bucket, account } = ledger.head;
  const session: Session = await createSession({ id: sessionId, region, bucket });
  const now = await session.account();
  if (now !== account) {
    throw new UsageError(`The ledger is of account ${account}; these credentials are of ${now}.`);
  }
  await clean(session, ledger, say);
  session.close();
  return 0;
}

/** What the packages and this program throw on purpose. */
const EXPECTED = [
  LedgerError,
  LeftOverError,
  LocalError,
  RecordIOError,
  SampleError,
  SdkError,
  VideoMarkupError,
];

await runAsProgram({
  name: "verify-aws",
  version: "0.1.0",
  help: HELP,
  commands: [],
  otherwise: async () => command,
  isExpected: (error) => EXPECTED.some((kind) => error instanceof kind),
});
