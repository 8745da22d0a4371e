import type { CallObserver } from '@lustre-csi/core/server';

/** Observer of calls that notifies several observers. */
export function allObservers(...observers: readonly CallObserver[]): CallObserver {
  return {
    started: (method) => observers.forEach((observer) => observer.started(method)),
    ended: (method, code, seconds) => observers.forEach((observer) => observer.ended(method, code, seconds)),
  };
}
