import type { MountChange, MountObserver } from '@lustre-csi/core/server';

/** Observer of changes of the mount table that notifies others, which can be added later. */
export class MountRelay implements MountObserver {
  readonly #observers: MountObserver[] = [];

  add(observer: MountObserver): void {
    this.#observers.push(observer);
  }

  started(change: MountChange): ReturnType<MountObserver['started']> {
    const reports = this.#observers.map((observer) => observer.started(change));
    return (end) => reports.forEach((report) => report(end));
  }
}
