import { isIP } from 'node:net';

/** Reads a CIDR. @throws Error where it is none */
export function parseCidr(text: string): string {
  const [, address = '', prefix = ''] = /^([^/]+)\/([0-9]{1,3})$/.exec(text.trim()) ?? [];
  const family = isIP(address);
  if (family === 0 || Number(prefix) > (family === 6 ? 128 : 32)) throw new Error();
  return text.trim();
}
