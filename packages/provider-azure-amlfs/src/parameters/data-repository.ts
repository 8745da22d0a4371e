import { DriverError, type Faults } from '@lustre-csi/core';

/** Given parameters of the blob container. */
export interface DataRepositoryParameters {
  readonly 'hsm-container'?: string | undefined;
  readonly 'hsm-logging-container'?: string | undefined;
  readonly 'import-prefixes'?: readonly string[] | undefined;
  readonly 'auto-import-prefixes'?: readonly string[] | undefined;
  readonly 'auto-import-conflict-resolution-mode'?: string | undefined;
  readonly 'auto-import-enable-deletions'?: boolean | undefined;
  readonly 'auto-import-maximum-errors'?: number | undefined;
  readonly 'auto-export-prefix'?: string | undefined;
}

/** ARM's `hsm.settings` of a file system. */
export interface HsmSettings {
  readonly container: string;
  readonly loggingContainer: string;
  readonly importPrefixesInitial?: readonly string[];
}

/** Jobs of a file system, as properties for ARM; absent: none. */
export interface DataJobs {
  readonly autoImport?: object;
  readonly autoExport?: object;
}

export interface DataRepository {
  readonly hsm: HsmSettings | undefined;
  readonly jobs: DataJobs;
}

/** Derives the settings of the blob container from the parameters.
 *  @param faults gets the parameters that exclude each other or are incomplete */
export function dataRepositoryFor(given: DataRepositoryParameters, faults: Faults): DataRepository {
  const containers = ['hsm-container', 'hsm-logging-container'] as const;
  const hsm = faults.attempt(containers, () => hsmFor(given));
  if (containers.every((name) => given[name] === undefined)) {
    faults.attempt(containers, () => refuseDependent(given));
  }
  const autoImport = faults.attempt(['auto-import-prefixes'], () => autoImportFor(given));
  const prefix = given['auto-export-prefix'];
  return {
    hsm,
    jobs: {
      ...(autoImport ? { autoImport } : {}),
      ...(prefix === undefined
        ? {}
        : { autoExport: { adminStatus: 'Enable', autoExportPrefixes: [prefix] } }),
    },
  };
}

function refuseDependent(given: DataRepositoryParameters): void {
  const dependent = Object.keys(given).find((name) => /^(import|auto-(im|ex)port)-/.test(name));
  if (dependent === undefined) return;
  throw invalid(`${dependent} needs hsm-container and hsm-logging-container, whose blobs it concerns`);
}

function hsmFor(given: DataRepositoryParameters): HsmSettings | undefined {
  const container = given['hsm-container'];
  const loggingContainer = given['hsm-logging-container'];
  if (container === undefined && loggingContainer === undefined) return undefined;
  if (container === undefined || loggingContainer === undefined) {
    throw invalid('hsm-container and hsm-logging-container belong together: give both');
  }
  const [data, log] = [container.toLowerCase(), loggingContainer.toLowerCase()];
  if (data === log || accountOf(data) !== accountOf(log)) {
    throw invalid('hsm-logging-container must be another container of the storage account of hsm-container');
  }
  const prefixes = given['import-prefixes'];
  return { container, loggingContainer, ...(prefixes ? { importPrefixesInitial: prefixes } : {}) };
}

const accountOf = (containerId: string): string | undefined => containerId.split('/blobservices/')[0];

function autoImportFor(given: DataRepositoryParameters): object | undefined {
  const autoImportPrefixes = given['auto-import-prefixes'];
  const options = {
    conflictResolutionMode: given['auto-import-conflict-resolution-mode'],
    enableDeletions: given['auto-import-enable-deletions'],
    maximumErrors: given['auto-import-maximum-errors'],
  };
  const chosen = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  if (autoImportPrefixes) return { adminStatus: 'Enable', autoImportPrefixes, ...chosen };
  if (Object.keys(chosen).length === 0) return undefined;
  throw invalid('the auto-import- parameters need auto-import-prefixes, such as "/"');
}

const invalid = (message: string): DriverError => new DriverError('invalid-argument', message);
