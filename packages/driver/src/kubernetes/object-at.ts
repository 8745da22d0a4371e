import type { KubeApiError, KubeClient } from './kube-client.js';

/** Object at a path; undefined if the server has none.
 *  @throws as `KubeClient.get`, except for 404 */
export async function objectAt(
  kube: Pick<KubeClient, 'get'>,
  path: string,
  signal: AbortSignal,
): Promise<unknown> {
  try {
    return await kube.get(path, signal);
  } catch (error) {
    const isAbsent =
      error instanceof Error && error.name === 'KubeApiError' && (error as KubeApiError).status === 404;
    if (isAbsent) return undefined;
    throw error;
  }
}
