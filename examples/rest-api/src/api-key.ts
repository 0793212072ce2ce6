import { APIGatewayClient, GetApiKeyCommand } from "@aws-sdk/client-api-gateway";

/** Reads the value of an API key, which a stack tells only the id of. */
export async function readApiKey(id: string): Promise<string> {
  const client = new APIGatewayClient({});
  try {
    const { value = "" } = await client.send(new GetApiKeyCommand({ apiKey: id, includeValue: true }));
    return value;
  } finally {
    client.destroy();
  }
}
