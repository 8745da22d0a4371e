import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { CloudRequests } from '@lustre-csi/core';
import { EmulatedFsx } from '../testing/emulated-fsx.js';
import { endOf } from './observe-requests.js';

let cloud: EmulatedFsx;
beforeAll(async () => {
  cloud = await EmulatedFsx.start();
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

function recorder(): { readonly reports: Report[]; readonly requests: CloudRequests } {
  const reports: Report[] = [];
  const requests: CloudRequests = {
    sent: (operation, attempt) => (end) => reports.push({ operation, attempt, ...end }),
  };
  return { reports, requests };
}

const signal = new AbortController().signal;
const codes = ({ operation, attempt, code }: Report) => `${operation} ${attempt} ${code}`;

describe('requests of the SDK', () => {
  it('are reported with their repetitions, credentials and ids', async () => {
    const { reports, requests } = recorder();
    const provider = await cloud.provider('', requests);
    cloud.emulator.faults.add({ kind: 'throttle', operation: 'DescribeFileSystems' });
    await provider.list('', signal);
    await provider.list('', signal);
    expect(reports.map(codes)).toEqual([
      'GetCredentials 1 OK',
      'DescribeFileSystems 1 ThrottlingException',
      'DescribeFileSystems 2 OK',
      'DescribeFileSystems 1 OK',
    ]);
    expect(reports.map(({ throttled }) => throttled ?? false)).toEqual([false, true, false, false]);
    const ids = cloud.emulator.journal.entries().flatMap(({ requestId }) => requestId ?? []);
    expect(reports.slice(1).every(({ requestId }) => requestId && ids.includes(requestId))).toBe(true);
  });

  it('that break off are reported as such', async () => {
    const { reports, requests } = recorder();
    const provider = await cloud.provider('', requests);
    cloud.emulator.faults.add({ kind: 'reset', operation: 'DescribeFileSystems' });
    await provider.list('', signal);
    expect(reports.map(codes)).toContain('DescribeFileSystems 1 network');
  });
});

describe('endOf', () => {
  const named = (name: string, $metadata: object = {}): Error =>
    Object.assign(new Error('words'), { name, $metadata });

  it.each([
    [named('FileSystemNotFound', { httpStatusCode: 400, requestId: 'r-1' }), 'FileSystemNotFound'],
    // Names that the driver does not know may be many.
    [named('BrandNewException', { httpStatusCode: 400 }), '400'],
    [named('constructor', { httpStatusCode: 500 }), '500'],
    [named('TimeoutError'), 'timeout'],
    [named('AbortError'), 'aborted'],
    [named('ECONNRESET'), 'network'],
    ['no error', 'network'],
  ])('gives %s the code %s', (error, code) => {
    expect(endOf(error).code).toBe(code);
  });
});
