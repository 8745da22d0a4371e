import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { CloudRequests } from '@lustre-csi/core';
import { EmulatedAzure, neverAborted } from '../testing/emulated-azure.js';

let cloud: EmulatedAzure;
beforeAll(async () => {
  cloud = await EmulatedAzure.start({});
});
afterAll(() => cloud.stop());
afterEach(() => cloud.emulator.faults.clear());

interface Report {
  readonly operation: string;
  readonly attempt: number;
  readonly code: string;
  readonly throttled?: boolean;
  readonly requestId?: string;
}

/** Reports of listing the file systems with a fault. */
async function reportsOfListing(
  ...faults: readonly Parameters<EmulatedAzure['emulator']['faults']['add']>[0][]
): Promise<readonly Report[]> {
  const reports: Report[] = [];
  const cloudRequests: CloudRequests = {
    sent: (operation, attempt) => (end) => reports.push({ operation, attempt, ...end }),
  };
  const provider = await cloud.controller({}, {}, { cloudRequests });
  for (const fault of faults) cloud.emulator.faults.add(fault);
  const [scope = ''] = provider.listingScopes();
  await provider.list(scope, neverAborted);
  return reports;
}

const codes = ({ operation, attempt, code }: Report): string => `${operation} ${attempt} ${code}`;

it('reports the requests for tokens and to ARM, with ids', async () => {
  const reports = await reportsOfListing();
  expect(reports.map(({ operation }) => operation)).toContain('GetToken');
  const listings = reports.filter(({ operation }) => operation.startsWith('AmlFilesystems_List'));
  expect(listings.map(({ code }) => code)).toEqual(listings.map(() => 'OK'));
  expect(listings.length).toBeGreaterThan(0);
  expect(listings.every(({ requestId }) => requestId !== undefined && requestId !== '')).toBe(true);
});

it.each([
  [{ kind: 'throttle', retryAfterSeconds: 0 }, '429', true],
  [{ kind: 'error', status: 503 }, '503', false],
  [{ kind: 'reset' }, 'network', false],
] as const)('reports %j as %s, and the attempt after it', async (fault, code, throttled) => {
  const operation = 'amlFilesystems.listByResourceGroup';
  const whole = 'amlFilesystems.list';
  const reports = await reportsOfListing(
    { ...fault, cloud: 'azure', operation },
    { ...fault, cloud: 'azure', operation: whole },
  );
  const listings = reports.filter((report) => report.operation.startsWith('AmlFilesystems_List'));
  const [first, second] = listings;
  expect([first, second].map((report) => report && codes(report).replace(/^\S+ /, ''))).toEqual([
    `1 ${code}`,
    '2 OK',
  ]);
  expect(first?.throttled ?? false).toBe(throttled);
});
