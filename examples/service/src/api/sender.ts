import type { FastifyReply } from "fastify";
import { ClientGone } from "./refusal.js";

/**
 * Does work for the sender of one request: its signal aborts when the sender closes the connection before the answer is
 * complete, and when the service stops.
 */
export async function workForSender<Result>(
  reply: FastifyReply,
  stops: AbortSignal,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  const left = () => {
    if (!reply.raw.writableFinished) controller.abort(new ClientGone("The sender closed the connection."));
  };
  const stop = () => controller.abort(stops.reason);
  reply.raw.once("close", left);
  stops.addEventListener("abort", stop, { once: true });
  if (stops.aborted) stop();
  if (reply.raw.destroyed) left();
  try {
    return await work(controller.signal);
  } finally {
    reply.raw.off("close", left);
    stops.removeEventListener("abort", stop);
  }
}
