import type { DriverError } from '@lustre-csi/core';
import { describe, expect, it } from 'vitest';
import { repositoryStep } from './repository-links.js';
import { thrownBy } from '../testing/thrown-by.js';

describe('repositoryStep', () => {
  const wanted = [
    { fileSystemPath: '/images', dataRepositoryPath: 's3://training-data/images' },
    { fileSystemPath: '/results', dataRepositoryPath: 's3://training-results' },
  ];
  const now = Date.UTC(2026, 0, 1);
  const images = { AssociationId: 'dra-1', FileSystemPath: '/images/', CreationTime: new Date(now) };
  const results = { AssociationId: 'dra-2', FileSystemPath: '/results' };

  it.each<[string, Parameters<typeof repositoryStep>[1], object]>([
    ['begins with the first', [], { kind: 'create', association: wanted[0] }],
    ['waits for it', [{ ...images, Lifecycle: 'CREATING' }], { kind: 'wait' }],
    [
      'continues with the next',
      [{ ...images, Lifecycle: 'AVAILABLE' }],
      { kind: 'create', association: wanted[1] },
    ],
    [
      'is done with the last',
      [
        { ...images, Lifecycle: 'AVAILABLE' },
        { ...results, Lifecycle: 'AVAILABLE' },
      ],
      { kind: 'done' },
    ],
    ['waits for what is going', [{ ...images, Lifecycle: 'DELETING' }], { kind: 'wait' }],
  ])('%s', (_name, existing, step) => {
    expect(repositoryStep(wanted, existing, now)).toMatchObject(step);
  });

  const failed = { ...images, Lifecycle: 'FAILED', FailureDetails: { Message: 'Access denied.' } } as const;

  it('reports why one has failed, and recreates it later', () => {
    const error = thrownBy(() => repositoryStep(wanted, [failed], now + 60_000));
    expect(error).toMatchObject({ kind: 'unavailable' });
    expect((error as DriverError).message).toMatch(
      /dra-1 of \/images\/ .* is FAILED: Access denied\..*2026-01-01T00:10:00.000Z/,
    );
    expect(repositoryStep(wanted, [failed], now + 600_000)).toMatchObject({
      kind: 'discard',
      associationId: 'dra-1',
    });
  });

  it('takes away nothing that was in use, and nothing of others', () => {
    const later = now + 3_600_000;
    expect(() => repositoryStep(wanted, [{ ...failed, Lifecycle: 'MISCONFIGURED' }], later)).toThrow(
      'is MISCONFIGURED',
    );
    expect(() => repositoryStep(wanted, [{ ...failed, FileSystemPath: '/theirs' }], later)).toThrow(
      '/theirs',
    );
  });
});
