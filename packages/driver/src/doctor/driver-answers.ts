import { messageOf } from '@lustre-csi/core';
import { failed, passed, skipped, type Outcome } from './check.js';

/** Check of the driver that serves beside this process. */
export async function driverAnswers({
  probeDriver,
}: {
  readonly probeDriver: (() => Promise<void>) | undefined;
}): Promise<Outcome> {
  if (!probeDriver) return skipped('no --endpoint is given');
  try {
    await probeDriver();
    return passed('Probe succeeds');
  } catch (error) {
    return failed(
      `the driver does not answer at its endpoint: ${messageOf(error)}`,
      'read the log of the container lustre-csi of this pod; kubectl describe pod shows restarts and their reason',
    );
  }
}
