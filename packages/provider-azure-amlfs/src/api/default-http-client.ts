import type { HttpClient } from '@azure/core-rest-pipeline';

/** Creates the HTTP client of the SDK, which the first request loads. */
export function defaultHttpClient(): HttpClient {
  let client: Promise<HttpClient> | undefined;
  const load = async (): Promise<HttpClient> => {
    const { createDefaultHttpClient } = await import('@azure/core-rest-pipeline');
    return createDefaultHttpClient();
  };
  return { sendRequest: async (request) => (await (client ??= load())).sendRequest(request) };
}
