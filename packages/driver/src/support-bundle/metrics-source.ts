import { get } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Source } from './sources.js';

/** Metrics of the driver that serves beside this process.
 *  @param address value of `--metrics-address`: `HOST:PORT`, or `:PORT` for all interfaces */
export const metricsSource = (address: string): Source => ({
  name: 'metrics.txt',
  collect: (signal) =>
    read(new URL(`http://${address.startsWith(':') ? '127.0.0.1' : ''}${address}/metrics`), signal),
});

/** Addresses that mean all interfaces are reached at loopback. */
function read(url: URL, signal: AbortSignal): Promise<string> {
  if (url.hostname === '0.0.0.0') url.hostname = '127.0.0.1';
  return new Promise((resolve, reject) => {
    get(url, { signal }, (response) => resolve(text(response))).on('error', reject);
  });
}
