import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { LustreServer } from '../../world/lustre-registry.js';

/** File system as a client sees it. */
export type PublishedServer = Pick<
  LustreServer,
  'id' | 'mgsAddresses' | 'dnsNames' | 'fsname' | 'capacityBytes' | 'mountSeconds'
>;

/** Reads what `LustreRegistryDirectory` has written. A file that vanishes meanwhile is a file system that is gone. */
export function readPublishedServers(directory: string): readonly PublishedServer[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => {
      const text = readIfThere(join(directory, name));
      return text === undefined ? [] : [parse(text)];
    });
}

function parse(text: string): PublishedServer {
  const server = JSON.parse(text) as Omit<PublishedServer, 'capacityBytes'> & { capacityBytes: string };
  return { ...server, capacityBytes: BigInt(server.capacityBytes) };
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
