import { connectCsi } from '@lustre-csi/core/client';
import type { Endpoint } from '@lustre-csi/core/server';

const PROBE_MS = 5_000;

/** Call of Probe at an endpoint; undefined where it is unknown. */
export function probeAt(endpoint: Endpoint | undefined): (() => Promise<void>) | undefined {
  if (!endpoint) return undefined;
  const address =
    endpoint.kind === 'unix' ? `unix://${endpoint.path}` : `tcp://${endpoint.host}:${endpoint.port}`;
  return async () => {
    const client = connectCsi(address);
    try {
      await client.identity.probe({}, { deadline: Date.now() + PROBE_MS });
    } finally {
      client.close();
    }
  };
}
