import { expect } from "vitest";

/** Sends a picture to /invocations. */
export function send(
  url: string,
  body: Uint8Array | ReadableStream<Uint8Array>,
  headers: Record<string, string> = {},
): Promise<Response> {
  const init: RequestInit & { duplex?: "half" } = {
    method: "POST",
    headers: { "content-type": "application/x-image", ...headers },
    body,
    duplex: "half",
  };
  return fetch(`${url}/invocations`, init);
}

/** The class probabilities of a picture. */
export async function classify(url: string, body: Uint8Array): Promise<number[]> {
  const response = await send(url, body);
  expect(response.status).toBe(200);
  return (await response.json()) as number[];
}

/** Status and code of an error answer. */
export async function refusal(response: Response): Promise<[number, string]> {
  const { error } = (await response.json()) as { error: { code: string; message: string } };
  expect(error.message.length).toBeGreaterThan(20);
  return [response.status, error.code];
}
