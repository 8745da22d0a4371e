/** Meaning of kernel functions in which a Lustre client waits (/proc/PID/wchan), as seen with the clients of 2.15 and 2.17. */
const meanings: ReadonlyMap<string, string> = new Map(
  Object.entries<string>({
    lustre_start_mgc:
      'the kernel starts one new client at a time, and waits until the one before it has reached its management server',
    mgc_process_config: 'it waits for the management server',
    mgc_process_log: 'it waits for the management server',
    wait_woken: 'it waits for an answer',
    ptlrpc_set_wait: 'it waits for the answer of a server',
    ptlrpc_queue_wait: 'it waits for the answer of a server',
    ptlrpc_invalidate_import: 'the client ends its requests to a server that is gone',
    deactivate_super: 'the unmount waits until the servers have taken the unwritten data',
    deactivate_locked_super: 'the unmount waits until the servers have taken the unwritten data',
  }),
);

/** Kernel function in which a new client waits for the lock that another new client holds (`mgc_start_lock`). */
export const CLIENT_START_LOCK = 'lustre_start_mgc';

/** Describes a kernel function for a message; the empty string where the kernel shows none. */
export function describeKernelWait(waitsIn: string | undefined): string {
  if (waitsIn === undefined) return '';
  const meaning = meanings.get(waitsIn);
  return ` in ${waitsIn}${meaning === undefined ? '' : `: ${meaning}`}`;
}
