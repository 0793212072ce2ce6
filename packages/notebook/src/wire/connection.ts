import { readFileSync } from "node:fs";

/** Jupyter's connection file, as `{connection_file}` names it. */
export interface ConnectionInfo {
  readonly transport: "tcp" | "ipc";
  /** Address for tcp; path prefix of the sockets for ipc. */
  readonly ip: string;
  readonly shell_port: number;
  readonly iopub_port: number;
  readonly stdin_port: number;
  readonly control_port: number;
  readonly hb_port: number;
  /** HMAC key; empty = unsigned. */
  readonly key: string;
  readonly signature_scheme: string;
  readonly kernel_name?: string;
}

/** One of the five sockets of a kernel. */
export type ChannelName = "shell" | "iopub" | "stdin" | "control" | "hb";

/** ZeroMQ's address of a channel. Over ipc, `ip-port` is a path (jupyter_client's convention). */
export function channelAddress(info: ConnectionInfo, channel: ChannelName): string {
  const separator = info.transport === "ipc" ? "-" : ":";
  return `${info.transport}://${info.ip}${separator}${info[`${channel}_port`]}`;
}

/** Reads a connection file. */
export function readConnectionFile(path: string): ConnectionInfo {
  return JSON.parse(readFileSync(path, "utf8"));
}
