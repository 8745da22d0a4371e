import type { HttpClient } from '@azure/core-rest-pipeline';
import { loadOnce } from '@lustre-csi/core';

/** Creates the HTTP client of the SDK, which the first request loads. */
export function defaultHttpClient(): HttpClient {
  const client = loadOnce(async () => {
    const { createDefaultHttpClient } = await import('@azure/core-rest-pipeline');
    return createDefaultHttpClient();
  });
  return { sendRequest: async (request) => (await client()).sendRequest(request) };
}
