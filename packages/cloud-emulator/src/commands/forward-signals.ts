import type { ChildProcess } from 'node:child_process';

/** Forwarder of the signals that request an end of this process, until `stop`. */
export interface ForwardedSignals {
  /** Sets the process that receives them. A signal that arrived before is delivered at once. */
  to(child: ChildProcess): void;
  stop(): void;
}

const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Starts to forward signals. The caller does so before it creates what must be cleaned up: from then on no such
 * signal ends this process.
 */
export function forwardSignals(): ForwardedSignals {
  let child: ChildProcess | undefined;
  let early: NodeJS.Signals | undefined;
  const forward = (signal: NodeJS.Signals): void => {
    if (!child) early ??= signal;
    // On a terminal, Ctrl-C reaches the whole foreground group, so the command has the signal already.
    else if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  };
  for (const signal of forwarded) process.on(signal, forward);
  return {
    to: (started) => {
      child = started;
      if (early) child.kill(early);
    },
    stop: () => {
      for (const signal of forwarded) process.off(signal, forward);
    },
  };
}
