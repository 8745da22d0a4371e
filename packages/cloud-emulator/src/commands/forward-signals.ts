import type { ChildProcess } from 'node:child_process';

/** Hands the signals that ask this process to end on to another, from now on until `stop`. */
export interface ForwardedSignals {
  /** Who gets them. One that came before is delivered at once. */
  to(child: ChildProcess): void;
  stop(): void;
}

const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Call it before there is anything to clean up: from here on no such signal ends this process by itself. */
export function forwardSignals(): ForwardedSignals {
  let child: ChildProcess | undefined;
  let early: NodeJS.Signals | undefined;
  const forward = (signal: NodeJS.Signals): void => {
    if (!child) early ??= signal;
    // A terminal has told the command already: Ctrl-C goes to the whole foreground group, and twice is not once.
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
