import { stripVTControlCharacters } from "node:util";
import { findKernel } from "../src/kernelspec/find.js";
import { KernelClient } from "../src/wire/kernel-client.js";
import type { Message } from "../src/wire/message.js";

/** What became of a cell. */
export interface RanCell {
  readonly status: unknown;
  /** Text of its value. */
  readonly value: string | undefined;
  /** What it printed. */
  readonly text: string;
  /** Message of its error. */
  readonly error: string | undefined;
  readonly traceback: string;
  readonly messages: readonly Message[];
}

/** A kernel to run cells in. */
export interface KernelSession {
  readonly kernel: KernelClient;
  run(source: string): Promise<RanCell>;
}

/** Starts this package's kernel in a folder. */
export async function startSession(cwd: string, name = "sightline"): Promise<KernelSession> {
  const kernel = await KernelClient.start(findKernel(name, false), { cwd });
  return { kernel, run: (source) => runCell(kernel, source) };
}

async function runCell(kernel: KernelClient, source: string): Promise<RanCell> {
  const messages: Message[] = [];
  const end = await kernel.execute(source, (message) => messages.push(message));
  const reply = end.kind === "replied" ? end.content : { status: "died" };
  const of = (type: string) =>
    messages.filter(({ header }) => header.msg_type === type).map(({ content }) => content);
  const data = of("execute_result")[0]?.data as Record<string, string> | undefined;
  return {
    status: reply.status,
    value: data?.["text/plain"],
    text: of("stream")
      .map(({ text }) => text)
      .join(""),
    error: reply.evalue as string | undefined,
    traceback: stripVTControlCharacters(((reply.traceback as string[] | undefined) ?? []).join("\n")),
    messages,
  };
}
