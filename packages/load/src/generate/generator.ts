// A thread that puts load on the target: connections, timing and counting; no AWS, no files.
import { parentPort, workerData } from "node:worker_threads";
import { sharedNow } from "../measure/clock.js";
import { startArrivals } from "./arrivals.js";
import type { FromGenerator, GeneratorData, ToGenerator } from "./messages.js";
import { Users } from "./users.js";
import { Workload } from "./workload.js";

const data = workerData as GeneratorData;
const port = parentPort!;
const tell = (message: FromGenerator) => port.postMessage(message);
const load = new Workload(data);
const users = new Users(load);
let second = 0;
let ended = false;

port.on("message", (message: ToGenerator) => {
  if (message.kind === "go") start(message.startsAt);
  else if (message.kind === "requests") load.renew(message.requests);
  else end();
});
tell({ kind: "ready" });

function start(startsAt: number): void {
  let from = startsAt;
  for (const [index, step] of data.steps.entries()) {
    const until = from + step.seconds * 1000;
    const began = from;
    at(began, () => {
      load.step = index;
      const share = "users" in step ? Math.floor((step.users + data.count - 1 - data.index) / data.count) : 0;
      users.want(share);
      if ("ratePerSecond" in step) startArrivals(load, step.ratePerSecond, began, until);
    });
    from = until;
  }
  at(from, () => {
    load.step = data.steps.length;
    users.want(0);
    endWhenAnswered(sharedNow() + data.timeoutMs);
  });
  countSeconds(startsAt);
}

function at(time: number, what: () => void): void {
  setTimeout(() => !ended && what(), Math.max(0, time - sharedNow()));
}

function countSeconds(startsAt: number): void {
  at(startsAt + (second + 1) * 1000, () => {
    tellSecond();
    if (load.spent && load.underWay === 0) end();
    else countSeconds(startsAt);
  });
}

function tellSecond(): void {
  tell({ kind: "second", second, users: load.users, byStep: load.take() });
  second += 1;
}

/** Requests have the time they would have had; undici ends them, and this fails what trickles on behind that. */
function endWhenAnswered(until: number): void {
  if (sharedNow() > until) load.close(`no whole answer within ${data.timeoutMs} ms`);
  if (load.underWay === 0) end();
  else at(sharedNow() + 5, () => endWhenAnswered(until));
}

function end(): void {
  if (ended) return;
  ended = true;
  tellSecond();
  load.close();
  tell({ kind: "ended" });
  port.close();
}
