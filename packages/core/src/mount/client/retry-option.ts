/** Pause of mount.lustre(8) after each failure where `retry=N` is set, also after the last one. Milliseconds. */
const PAUSE_MS = 32_000;
/** Time for the attempts themselves. */
const ATTEMPTS_MS = 10_000;

/**
 * Bounds `retry=N` by the time that is left: mount.lustre tries once and N times more, and pauses after each failure. The
 * option is left out where there is time for one attempt only: kubelet repeats a failed publish, and gets the cause sooner.
 */
export function boundRetry(options: readonly string[], leftMs: number): readonly string[] {
  const most = Math.floor((leftMs - ATTEMPTS_MS) / PAUSE_MS) - 1;
  return options.flatMap((option) => {
    const [name, value] = option.split('=');
    if (name !== 'retry') return [option];
    const retries = Math.min(Number(value), most);
    return retries > 0 ? [`retry=${retries}`] : [];
  });
}
