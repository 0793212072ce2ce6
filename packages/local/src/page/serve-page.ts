import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { loadPrices } from "@sightline/contract/price-file";
import { NO_PRICES, type PriceTable } from "@sightline/contract/price-table";
import { escapeHtml } from "@sightline/foundation/escape";
import { AwsError } from "../errors.js";
import { decodePercent } from "../wire/percent-encoding.js";
import { type ActionForm, act, hasToken } from "./actions.js";
import { endpointPage } from "./endpoint-page.js";
import { jobPage } from "./job-page.js";
import { documentHtml, PAGE_ROOT, type Page } from "./layout.js";
import { overviewPage } from "./overview.js";
import { PAGE_CSS, PAGE_JS } from "./page-files.js";
import { JOB_WORDS, type JobKind, type PageSources } from "./read-status.js";

/** Answers what is asked for below {@link PAGE_ROOT}. */
export type ServePage = (
  request: IncomingMessage,
  response: ServerResponse,
  rawPath: string,
) => Promise<void>;

/** Scripts, styles and forms of this server alone, nothing inline; no other site may show it in a frame. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
const HEADERS = {
  "content-security-policy": POLICY,
  "x-content-type-options": "nosniff",
  "referrer-policy": "same-origin",
  "cache-control": "no-store",
};

/**
 * Makes the page's answers. They are for a browser of this machine that carries no keys: so the name that it asked for must
 * be this machine's own (a name of somebody else's that leads here is DNS rebinding), and what changes something wants a
 * token that only this server's pages have.
 *
 * @param actions whether there are buttons
 */
export function createPage(sources: PageSources, actions: boolean): ServePage {
  const form: ActionForm | undefined = actions ? { token: randomBytes(24).toString("base64url") } : undefined;
  return async (request, response, rawPath) => {
    const send = (status: number, type: string, body: string, more: Record<string, string> = {}) => {
      response.writeHead(status, { ...HEADERS, "content-type": `${type}; charset=utf-8`, ...more });
      response.end(request.method === "HEAD" ? undefined : body);
    };
    const refuse = (status: number, message: string) => send(status, "text/plain", `${message}\n`);
    if (!isOwnHost(request)) return refuse(403, "Ask for this page by 127.0.0.1 or localhost.");
    const path = partsOf(rawPath);
    if (path === undefined) return refuse(400, "The path is not percent-encoded rightly.");
    try {
      if (request.method === "POST") {
        if (form === undefined)
          return refuse(403, "This page is read-only; start the server with --page-actions.");
        if (!isOwnOrigin(request) || !(await hasToken(request, form)))
          return refuse(
            403,
            "This form is not of this server's page, or the server was started anew: load the page again.",
          );
        const next = await act(sources.sagemaker, path);
        return next === undefined
          ? refuse(404, "There is no such action.")
          : send(303, "text/plain", "", { location: next });
      }
      if (request.method !== "GET" && request.method !== "HEAD") return refuse(405, "GET it.");
      if (path[0] === "page.css") return send(200, "text/css", PAGE_CSS);
      if (path[0] === "page.js") return send(200, "text/javascript", PAGE_JS);
      const page = await pageAt(sources, path, form);
      if (page === undefined) return refuse(404, "There is no such page.");
      const part = request.headers["x-part"] === "main";
      return send(200, "text/html", part ? page.html : documentHtml(page));
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return refuse(error.status === 400 ? 404 : error.status, error.message);
    }
  };
}

async function pageAt(
  sources: PageSources,
  [section, first = "", name, ...rest]: readonly string[],
  form: ActionForm | undefined,
): Promise<Page | undefined> {
  if (section === undefined) return withNote(await readPrices(), (prices) => overviewPage(sources, prices));
  if (rest.length > 0) return undefined;
  if (section === "jobs" && name !== undefined && Object.hasOwn(JOB_WORDS, first))
    return jobPage(sources, first as JobKind, name, form);
  if (section === "endpoints" && name === undefined) {
    const { prices } = await readPrices();
    return endpointPage(sources, prices, first, form);
  }
  return undefined;
}

interface Prices {
  readonly prices: PriceTable;
  /** What is wrong with the table's file. */
  readonly problem?: string;
}

async function readPrices(): Promise<Prices> {
  try {
    const prices = await loadPrices((message) => {
      throw new TypeError(message);
    });
    return { prices };
  } catch (error) {
    return { prices: NO_PRICES, problem: (error as Error).message };
  }
}

async function withNote(
  { prices, problem }: Prices,
  make: (prices: PriceTable) => Promise<Page>,
): Promise<Page> {
  const page = await make(prices);
  return problem === undefined
    ? page
    : { ...page, html: `${page.html}<p class="note">${escapeHtml(problem)}</p>` };
}

function partsOf(rawPath: string): string[] | undefined {
  const parts = rawPath.slice(PAGE_ROOT.length).split("/").filter(Boolean).map(decodePercent);
  return parts.includes(undefined) ? undefined : (parts as string[]);
}

function isOwnHost({ headers, socket }: IncomingMessage): boolean {
  const { localPort } = socket;
  const hosts = ["127.0.0.1", "localhost", "[::1]"];
  return hosts.some(
    (host) => headers.host === `${host}:${localPort}` || (localPort === 80 && headers.host === host),
  );
}

/** Browsers say with every POST where its page came from. */
function isOwnOrigin({ headers }: IncomingMessage): boolean {
  return headers.origin === `http://${headers.host}`;
}
