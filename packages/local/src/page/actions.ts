import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { escapeHtml } from "@sightline/foundation/escape";
import type { Service } from "../wire/service.js";
import { PAGE_ROOT } from "./layout.js";
import { JOB_WORDS, type JobKind, PAGE_CALLER } from "./read-status.js";

/** What a form of this server's own pages carries; other sites' pages cannot read it. */
export interface ActionForm {
  readonly token: string;
}

/** A button that does something. */
export function actionHtml({ token }: ActionForm, path: readonly string[], text: string): string {
  const target = `${PAGE_ROOT}${path.map(encodeURIComponent).join("/")}`;
  return `<form method="post" action="${escapeHtml(target)}"><input type="hidden" name="token" value="${token}"><button>${escapeHtml(text)}</button></form>`;
}

/** Largest form, bytes: a token is short. */
const MOST_FORM_BYTES = 1000;

/** Whether a posted form has the server's token. */
export async function hasToken(request: IncomingMessage, { token }: ActionForm): Promise<boolean> {
  if (Number(request.headers["content-length"] ?? Number.POSITIVE_INFINITY) > MOST_FORM_BYTES) return false;
  const given = Buffer.from(new URLSearchParams(await text(request)).get("token") ?? "");
  const wanted = Buffer.from(token);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

/** Does what a button says. @returns where to go on; undefined for an action that there is not */
export async function act(sagemaker: Service, path: readonly string[]): Promise<string | undefined> {
  const [verb, first = "", name] = path;
  if (verb === "delete" && path.length === 2) {
    await sagemaker.call("DeleteEndpoint", { EndpointName: first }, PAGE_CALLER);
    return PAGE_ROOT;
  }
  if (verb === "stop" && path.length === 3 && Object.hasOwn(JOB_WORDS, first)) {
    const word = JOB_WORDS[first as JobKind];
    await sagemaker.call(`Stop${word}Job`, { [`${word}JobName`]: name }, PAGE_CALLER);
    return `${PAGE_ROOT}jobs/${first}/${encodeURIComponent(name!)}`;
  }
  return undefined;
}
