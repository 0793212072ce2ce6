import { availableParallelism } from "node:os";
import path from "node:path";

/** What a training script is told of its job. */
export interface ScriptJob {
  /** What is `/opt/ml` to it. */
  readonly root: string;
  readonly jobName: string;
  /** The script in its folder. */
  readonly script: string;
  /** URI of the archive that it came in. */
  readonly source: string;
  /** As they were sent: each is JSON where it can be read as such. */
  readonly hyperparameters: Readonly<Record<string, string>>;
  readonly channels: readonly string[];
  readonly hosts: readonly string[];
  readonly host: string;
  readonly instanceType: string;
}

/**
 * The variables and arguments of SageMaker's training toolkit, from which scripts read their job: `SM_MODEL_DIR`,
 * `SM_CHANNEL_TRAIN`, `SM_HP_EPOCHS`..., and `--epochs 3` for each hyperparameter, in the order of their names.
 */
export function scriptEnvironment(job: ScriptJob): {
  readonly env: Readonly<Record<string, string>>;
  readonly args: readonly string[];
} {
  const { root, hosts, host, script, source, instanceType } = job;
  const sent = Object.entries(job.hyperparameters).map(([name, text]) => [name, decoded(text)] as const);
  const own = Object.fromEntries(sent.filter(([name]) => !name.startsWith("sagemaker_")));
  const framework = Object.fromEntries(sent.filter(([name]) => name.startsWith("sagemaker_")));
  const args = Object.keys(own)
    .sort()
    .flatMap((name) => [name.length > 1 ? `--${name}` : `-${name}`, argument(own[name])]);
  const below = (...names: string[]) => path.join(root, ...names);
  const channels = job.channels.map((name) => [name, below("input", "data", name)] as const);
  const module = path.basename(script).replace(/\.[^.]+$/, "");
  const env = {
    SM_MODEL_DIR: below("model"),
    SM_INPUT_DIR: below("input"),
    SM_INPUT_CONFIG_DIR: below("input", "config"),
    SM_OUTPUT_DIR: below("output"),
    SM_OUTPUT_DATA_DIR: below("output", "data"),
    SM_OUTPUT_INTERMEDIATE_DIR: below("output", "intermediate"),
    SM_MODULE_DIR: source,
    SM_MODULE_NAME: module,
    SM_USER_ENTRY_POINT: script,
    SM_CHANNELS: JSON.stringify(job.channels),
    ...Object.fromEntries(channels.map(([name, folder]) => [`SM_CHANNEL_${variable(name)}`, folder])),
    SM_HPS: JSON.stringify(own),
    ...Object.fromEntries(
      Object.entries(own).map(([name, value]) => [`SM_HP_${variable(name)}`, argument(value)]),
    ),
    SM_USER_ARGS: JSON.stringify(args),
    SM_FRAMEWORK_PARAMS: JSON.stringify(framework),
    SM_HOSTS: JSON.stringify(hosts),
    SM_CURRENT_HOST: host,
    SM_MASTER: hosts[0]!,
    SM_NETWORK_INTERFACE_NAME: "lo",
    SM_CURRENT_INSTANCE_TYPE: instanceType,
    SM_RESOURCE_CONFIG: JSON.stringify({ current_host: host, hosts, network_interface_name: "lo" }),
    SM_NUM_CPUS: String(availableParallelism()),
    // A script that finds a GPU by itself may use it; none is promised.
    SM_NUM_GPUS: "0",
    SM_NUM_NEURONS: "0",
    SM_LOG_LEVEL: String(framework.sagemaker_container_log_level ?? 20),
    PYTHONUNBUFFERED: "1",
    PYTHONPATH: below("code"),
  };
  const training = {
    job_name: job.jobName,
    hyperparameters: own,
    channel_input_dirs: Object.fromEntries(channels),
  };
  return { env: { ...env, SM_TRAINING_ENV: JSON.stringify({ ...training, ...describing(env) }) }, args };
}

/** The members of SM_TRAINING_ENV that scripts read, by the toolkit's names. */
function describing(env: Readonly<Record<string, string>>): Readonly<Record<string, unknown>> {
  return {
    model_dir: env.SM_MODEL_DIR,
    output_data_dir: env.SM_OUTPUT_DATA_DIR,
    hosts: JSON.parse(env.SM_HOSTS!),
    current_host: env.SM_CURRENT_HOST,
    master_hostname: env.SM_MASTER,
    num_cpus: Number(env.SM_NUM_CPUS),
    num_gpus: 0,
    user_entry_point: env.SM_USER_ENTRY_POINT,
  };
}

/** SDKs send hyperparameters as JSON; by hand they may be plain. */
export function decoded(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** As Python writes it, which argparse reads. */
function argument(value: unknown): string {
  if (typeof value === "boolean") return value ? "True" : "False";
  if (value === null) return "None";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function variable(name: string): string {
  return name.toUpperCase().replace(/[^A-Z0-9]/g, "_");
}
