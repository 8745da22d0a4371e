import { describe, expect, it } from 'vitest';
import { parseClientMountRecord } from './client-mount-records.js';

const record = { path: '/m/1', source: '127.0.0.4@tcp:/lustrefs', options: ['flock'] };

describe('parseClientMountRecord', () => {
  it.each([record, { ...record, observedSource: '127.0.0.4@tcp:/lustrefs' }])('reads %j', (value) => {
    expect(parseClientMountRecord(JSON.stringify(value))).toEqual(value);
  });

  it.each([
    '',
    'null',
    '{}',
    JSON.stringify({ ...record, options: 'flock' }),
    JSON.stringify({ ...record, path: 1 }),
  ])('makes nothing of %j', (text) => expect(parseClientMountRecord(text)).toBeUndefined());
});
