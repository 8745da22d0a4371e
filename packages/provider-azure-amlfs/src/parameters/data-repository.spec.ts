import { Faults } from '@lustre-csi/core';
import { describe, expect, it } from 'vitest';
import { dataRepositoryFor, type DataRepository, type DataRepositoryParameters } from './data-repository.js';

function derived(given: DataRepositoryParameters): DataRepository {
  const faults = new Faults();
  const repository = dataRepositoryFor(given, faults);
  faults.throwIfAny();
  return repository;
}

const account = (name: string): string =>
  `/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/${name}/blobServices/default/containers`;
const both = {
  'hsm-container': `${account('a')}/data`,
  'hsm-logging-container': `${account('a')}/logs`,
};
const hsm = { container: both['hsm-container'], loggingContainer: both['hsm-logging-container'] };

describe('dataRepositoryFor', () => {
  it.each<[string, DataRepositoryParameters, object]>([
    ['nothing', {}, { hsm: undefined, jobs: {} }],
    ['containers', both, { hsm, jobs: {} }],
    [
      'what to import',
      { ...both, 'import-prefixes': ['/a', '/b'] },
      { hsm: { ...hsm, importPrefixesInitial: ['/a', '/b'] }, jobs: {} },
    ],
    [
      'an auto-import',
      { ...both, 'auto-import-prefixes': ['/'] },
      { hsm, jobs: { autoImport: { adminStatus: 'Enable', autoImportPrefixes: ['/'] } } },
    ],
    [
      'an auto-import with everything',
      {
        ...both,
        'auto-import-prefixes': ['/'],
        'auto-import-conflict-resolution-mode': 'OverwriteIfDirty',
        'auto-import-enable-deletions': true,
        'auto-import-maximum-errors': 0,
      },
      {
        hsm,
        jobs: {
          autoImport: {
            adminStatus: 'Enable',
            autoImportPrefixes: ['/'],
            conflictResolutionMode: 'OverwriteIfDirty',
            enableDeletions: true,
            maximumErrors: 0,
          },
        },
      },
    ],
    [
      'an auto-export',
      { ...both, 'auto-export-prefix': '/out' },
      { hsm, jobs: { autoExport: { adminStatus: 'Enable', autoExportPrefixes: ['/out'] } } },
    ],
  ])('reads %s', (_, given, expected) => expect(derived(given)).toEqual(expected));

  it.each<[string, DataRepositoryParameters, string]>([
    [
      'a container without logs',
      { 'hsm-container': both['hsm-container'] },
      'hsm-container and hsm-logging-container belong together',
    ],
    ['logs alone', { 'hsm-logging-container': both['hsm-logging-container'] }, 'belong together'],
    [
      'the same container',
      { ...both, 'hsm-logging-container': both['hsm-container'].toUpperCase() },
      'must be another container',
    ],
    [
      'another account',
      { ...both, 'hsm-logging-container': `${account('b')}/logs` },
      'of the storage account of hsm-container',
    ],
    ['imports without a container', { 'import-prefixes': ['/'] }, 'import-prefixes needs hsm-container'],
    ['exports without a container', { 'auto-export-prefix': '/' }, 'auto-export-prefix needs hsm-container'],
    [
      'options of no job',
      { ...both, 'auto-import-enable-deletions': false },
      'the auto-import- parameters need auto-import-prefixes',
    ],
  ])('refuses %s', (_, given, words) => expect(() => derived(given)).toThrow(words));

  it('reports all faults at once', () => {
    const given = { 'hsm-container': both['hsm-container'], 'auto-import-enable-deletions': true };
    expect(() => derived(given)).toThrow(
      /^2 faults: \(1\) hsm-container and hsm-logging-container belong together: give both; \(2\) the auto-import- parameters need/,
    );
  });
});
