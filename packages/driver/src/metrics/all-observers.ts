import type { CallObserver } from '@lustre-csi/core/server';

/** One observer of calls that tells several. */
export function allObservers(...observers: readonly CallObserver[]): CallObserver {
  return {
    started: (method) => observers.forEach((observer) => observer.started(method)),
    ended: (method, code, seconds) => observers.forEach((observer) => observer.ended(method, code, seconds)),
  };
}
