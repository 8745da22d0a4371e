/**
 * Makes a signal when it is needed first: most calls of an orchestrator do nothing that could be aborted, and a signal costs
 * more than the rest of such a call.
 * @param connect begins to watch what aborts the signal
 */
export function lazySignal(connect: (abort: (reason: unknown) => void) => void): () => AbortSignal {
  let controller: AbortController | undefined;
  return () => {
    if (!controller) {
      const made = (controller = new AbortController());
      connect((reason) => made.abort(reason));
    }
    return controller.signal;
  };
}
