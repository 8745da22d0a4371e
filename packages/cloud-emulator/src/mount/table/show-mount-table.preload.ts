import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { asLustreShows } from './lustre-mount-table.js';

// Loaded into every Node.js program of the namespace (`NODE_OPTIONS=--import`). No unprivileged interface of the kernel makes
// mounts of one storage with sources of their own, so the text of /proc/PID/mountinfo is rewritten where it is read.

const clients = new URL(import.meta.url).searchParams.get('clients') ?? '';
const isMountTable = (path: unknown): boolean =>
  typeof path === 'string' && /^\/proc\/(?:self|thread-self|\d+)\/mountinfo$/.test(path);

const shown = (content: unknown): unknown =>
  typeof content === 'string'
    ? asLustreShows(content, clients)
    : Buffer.from(asLustreShows((content as Buffer).toString(), clients));

type Read = (path: unknown, ...rest: unknown[]) => unknown;
const { readFileSync } = fs as { readFileSync: Read };
const { readFile } = fs.promises as { readFile: Read };

Object.assign(fs, {
  readFileSync: (path: unknown, ...rest: unknown[]): unknown => {
    const content = readFileSync(path, ...rest);
    return isMountTable(path) ? shown(content) : content;
  },
});
Object.assign(fs.promises, {
  readFile: async (path: unknown, ...rest: unknown[]): Promise<unknown> => {
    const content = await readFile(path, ...rest);
    return isMountTable(path) ? shown(content) : content;
  },
});
syncBuiltinESMExports();
