import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** gRPC code of a call that met no server. */
const UNAVAILABLE = 14;

const PAUSE_MS = 20;

/** Calls a server that may still be starting. Its socket exists before it listens, so the first calls can fail; before the socket, no
 *  call is worth it: after a failed one, gRPC waits for a second.
 *  @throws the call's last error, after `patienceMs` or where it is another one */
export async function untilServed<T>(socket: string, call: () => Promise<T>, patienceMs: number): Promise<T> {
  const giveUp = performance.now() + patienceMs;
  const isLate = (): boolean => performance.now() > giveUp;
  while (!existsSync(socket) && !isLate()) await delay(PAUSE_MS);
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if ((error as { code?: number }).code !== UNAVAILABLE || isLate()) throw error;
    }
    await delay(PAUSE_MS);
  }
}
