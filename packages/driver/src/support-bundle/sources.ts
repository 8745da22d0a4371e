import { messageOf, untilAborted } from '@lustre-csi/core';
import { redactObject, redactText } from './redact.js';
import type { BundleFile } from './tar-gz.js';

/** File of a bundle that is yet to be collected. */
export interface Source {
  readonly name: string;
  /** Limit in milliseconds, if it is not the usual one. */
  readonly limitMs?: number;
  /** Collects the content: text, or an object for JSON. */
  readonly collect: (signal: AbortSignal) => Promise<string | object>;
}

/** Limit for one file, in milliseconds. */
const LIMIT_MS = 20_000;
/** Most characters of a file. */
const LONGEST = 20 * 1024 * 1024;

/** Collects the files one after the other. What cannot be collected becomes a file with the reason: a bundle is made in bad
 *  times. Confidential values are removed. */
export async function* collected(
  sources: AsyncIterable<Source> | Iterable<Source>,
): AsyncIterable<BundleFile> {
  for await (const { name, collect, limitMs = LIMIT_MS } of sources) {
    const limit = new AbortController();
    const late = new Error(`no answer in ${limitMs / 1000} s`);
    const timer = setTimeout(() => limit.abort(late), limitMs);
    try {
      const content = await untilAborted(collect(limit.signal), limit.signal);
      yield {
        name,
        content: typeof content === 'string' ? redactText(content).slice(-LONGEST) : jsonOf(content),
      };
    } catch (error) {
      yield { name: `${name}.error.txt`, content: `${redactText(messageOf(error))}\n` };
    } finally {
      clearTimeout(timer);
    }
  }
}

const jsonOf = (content: object): string => `${JSON.stringify(redactObject(content), null, 2)}\n`;
