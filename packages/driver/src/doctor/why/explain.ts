import type { Output } from '../../output.js';
import { guide } from '../links.js';
import { EXIT } from '../report.js';
import { explainClaim } from './explain-claim.js';
import type { ExplainContext, Subject } from './explain-context.js';
import { explainPod } from './explain-pod.js';

const LIMIT_MS = 60_000;

/** Prints one paragraph on an object, and the next step.
 *  @returns the exit status: 0 if nothing is wrong with it, else 3
 *  @throws Error if the API or the cloud cannot be read */
export async function explain(
  { kind, namespace, name }: Subject,
  context: ExplainContext,
  output: Output,
): Promise<number> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(new Error(`no answer in ${LIMIT_MS / 1000} s`)), LIMIT_MS);
  try {
    const work = kind === 'claim' ? explainClaim : explainPod;
    const { isFine, sentences, nextStep } = await work(namespace, name, context, limit.signal);
    output.write(`${sentences.join(' ')}\n`);
    if (nextStep !== undefined) output.write(`-> ${nextStep}\n   see ${guide('troubleshooting')}\n`);
    return isFine ? EXIT.healthy : EXIT.defects;
  } finally {
    clearTimeout(timer);
  }
}
