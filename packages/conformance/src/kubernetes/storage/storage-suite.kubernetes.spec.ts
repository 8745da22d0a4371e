// The external storage suite of Kubernetes, for each driver: all of its specs but those of the skip lists.
import { afterAll, describe, expect, it } from 'vitest';
import { openCluster } from '../release/suite-cluster.js';
import { runSuite } from './run-suite.js';
import { testDrivers } from './test-drivers.js';

const LIMIT_MS = 30 * 60_000;

/** Specs that pass at least: less means that a definition lost a capability. */
const LEAST = 30;

const cluster = openCluster();
afterAll(() => cluster.api.close());

const isBuilt = cluster.plan.programs['storage-suite.test'] !== undefined;

describe.skipIf(!isBuilt)('the external storage suite', () => {
  it.concurrent.each(testDrivers)('passes for $subject.name', { timeout: LIMIT_MS }, async (driver) => {
    const { passed, skipped, failures } = await runSuite(cluster, driver);
    process.stderr.write(
      `storage suite, ${driver.subject.name}: ${passed} passed, ${failures.length} failed, ${skipped} skipped\n`,
    );
    expect(failures).toEqual([]);
    expect(passed).toBeGreaterThanOrEqual(LEAST);
  });
});
