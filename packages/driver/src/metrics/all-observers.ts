import type { CallObserver } from '@lustre-csi/core/server';

/** Observer of calls that notifies several observers. */
export function allObservers(...observers: readonly CallObserver[]): CallObserver {
  return {
    started: (...call) => observers.forEach((observer) => observer.started(...call)),
    ended: (...call) => observers.forEach((observer) => observer.ended(...call)),
  };
}
