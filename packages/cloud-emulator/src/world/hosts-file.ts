import {
  closeSync,
  constants,
  existsSync,
  ftruncateSync,
  openSync,
  readFileSync,
  readdirSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

/** File system, as its file in the registry names it. */
interface Named {
  readonly mgsAddresses: readonly string[];
  readonly dnsNames: readonly string[];
}

/** Path of the hosts file of a registry, which COMMAND sees as /etc/hosts. */
export const hostsFile = (registry: string): string => join(registry, 'hosts');

/**
 * Writes the hosts file of a registry: the lines of the machine's own, and the DNS names of all file systems. The file stays
 * the same one, since it is mounted on /etc/hosts.
 */
export function writeHostsFile(registry: string, own = '/etc/hosts'): void {
  if (!existsSync(registry)) return;
  const text = [readIfThere(own) ?? '', ...namedServers(registry).flatMap(linesOf), ''].join('\n');
  const file = openSync(hostsFile(registry), constants.O_RDWR | constants.O_CREAT, 0o644);
  try {
    // Programs read the file at any time: it is never empty in between.
    writeSync(file, text, 0);
    ftruncateSync(file, Buffer.byteLength(text));
  } finally {
    closeSync(file);
  }
}

const linesOf = ({ mgsAddresses: [address = ''], dnsNames }: Named): readonly string[] =>
  dnsNames.map((name) => `${address} ${name}`);

function namedServers(registry: string): readonly Named[] {
  const names = readdirSync(registry).filter((name) => name.endsWith('.json'));
  return names
    .map((name) => parse(readIfThere(join(registry, name)) ?? ''))
    .filter((named) => named !== undefined);
}

/** A file that is being written is read at the next change. */
function parse(text: string): Named | undefined {
  try {
    return JSON.parse(text) as Named;
  } catch {
    return undefined;
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
