import type { Fault } from './faults.js';

/**
 * Troubles of one request that a client survives by repeating it, each with its name: throttling, errors, cut connections and silence,
 * before and after the request has had its effect.
 * @param timeoutCode code with which the cloud's gateway answers 504
 */
export const requestTroubles = (timeoutCode: string): readonly (readonly [name: string, fault: Fault])[] => [
  ['429 with Retry-After', { kind: 'throttle', retryAfterSeconds: 0 }],
  ['429 without Retry-After', { kind: 'throttle' }],
  ['429 for longer than a call is repeated', { kind: 'throttle', times: 6 }],
  ['500 before the effect', { kind: 'error', status: 500 }],
  ['503 with Retry-After, before the effect', { kind: 'error', retryAfterSeconds: 0 }],
  ['504 after the effect', { kind: 'error', status: 504, code: timeoutCode, when: 'after' }],
  ['a cut connection before the effect', { kind: 'reset' }],
  ['a cut connection after the effect', { kind: 'reset', when: 'after' }],
  ['connections that are cut again and again', { kind: 'reset', when: 'after', times: 3 }],
  ['no answer before the effect', { kind: 'hang' }],
  ['no answer after the effect', { kind: 'hang', when: 'after' }],
];
