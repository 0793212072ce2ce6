import path from "node:path";
import type { Cloud } from "../../cloud.js";
import { downloadInput, listShare } from "../jobs/s3-input.js";
import type { TrainingChannel, TrainingRequest } from "./job.js";
import { feedPipes, makeFirstPipe, type PipeChannel } from "./pipe-channel.js";

/** Lays a File mode channel out as files, and a Pipe mode channel as its first pipe, which is returned. */
export async function provideChannel(
  cloud: Cloud,
  request: TrainingRequest,
  channel: TrainingChannel,
  root: string,
  host: { readonly index: number; readonly count: number },
  stop: AbortSignal,
): Promise<PipeChannel | undefined> {
  const source = channel.DataSource.S3DataSource!;
  const data = path.join(root, "input", "data");
  if ((channel.InputMode ?? request.AlgorithmSpecification.TrainingInputMode) !== "Pipe") {
    const folder = path.join(data, channel.ChannelName);
    await downloadInput(cloud.objects, source, request.RoleArn, folder, host, stop);
    return undefined;
  }
  const files = await listShare(cloud.objects, source, request.RoleArn, host);
  const pipe = {
    folder: data,
    name: channel.ChannelName,
    files,
    wrap: channel.RecordWrapperType === "RecordIO",
  };
  await makeFirstPipe(pipe);
  return pipe;
}

/** Feeds the pipes while the programs run. The returned function ends that. */
export function feedAll(cloud: Cloud, pipes: readonly PipeChannel[]): () => Promise<void> {
  const over = new AbortController();
  const feeding = pipes.map((pipe) =>
    feedPipes(pipe, over.signal).catch((error: unknown) =>
      cloud.logger.error(`Channel ${pipe.name} could not be fed: ${String(error)}`),
    ),
  );
  return async () => {
    over.abort();
    await Promise.all(feeding);
  };
}
