// The troubleshooting guide of azurelustre-csi-driver (docs/errors.md of its repository) is organized by the
// messages of its controller. In each of its situations this controller has to name the same cause and the same fix.
import type { Fault } from '@lustre-csi/cloud-emulator';
import { isDriverError, type ErrorKind } from '@lustre-csi/core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { AmlNode } from '../node/node-identity.js';
import { EmulatedAzure } from '../testing/emulated-azure.js';
import { callOf, dynamicParameters, requestOf } from '../testing/samples.js';

interface Situation {
  /** Heading of the guide, or the message that it quotes. */
  readonly guide: string;
  readonly parameters?: Record<string, string | undefined>;
  readonly fault?: Fault;
  readonly kind: ErrorKind;
  /** Parts of the driver's message: the cause, and the fix that the guide recommends. */
  readonly cause: RegExp;
  readonly fix: RegExp;
}

const put = 'amlFilesystems.createOrUpdate';
const arm = { kind: 'error', cloud: 'azure' } as const;

const situations: readonly Situation[] = [
  {
    guide: '403 Forbidden: insufficient RBAC permissions',
    fault: { ...arm, operation: put, status: 403, code: 'AuthorizationFailed', message: 'Does not have it.' },
    kind: 'permission-denied',
    cause: /AuthorizationFailed, HTTP 403/,
    fix: /give the identity of the controller the role of deploy\/azure-amlfs\/role-definition\.json/,
  },
  {
    guide: '403 Forbidden, at the first call',
    fault: {
      ...arm,
      operation: 'amlFilesystems.listByResourceGroup',
      status: 403,
      code: 'AuthorizationFailed',
    },
    kind: 'unavailable',
    cause: /AuthorizationFailed, HTTP 403/,
    fix: /give the identity of the controller the role of deploy\/azure-amlfs\/role-definition\.json/,
  },
  {
    guide: '401 Unauthorized: incorrect identity configuration',
    fault: { ...arm, operation: 'skus.list', status: 401, code: 'InvalidAuthenticationToken', times: 9 },
    kind: 'unavailable',
    cause: /InvalidAuthenticationToken, HTTP 401/,
    fix: /check that the identity of the controller still exists and that azure\.json names its tenant/,
  },
  {
    guide: 'AMLFS cluster creation timed out',
    fault: { kind: 'fail-creation', cloud: 'azure', operation: put, times: 3 },
    kind: 'resource-exhausted',
    cause: /CreateTimeout: .*did not complete because an operation timed out/,
    fix: /Service Health.*network security group.*choose another zone or location, or contact Azure support/,
  },
  {
    guide: "Resource group '...' could not be found",
    parameters: { 'resource-group-name': 'no-such-rg' },
    kind: 'failed-precondition',
    cause: /no-such-rg.*ResourceGroupNotFound/,
    fix: /check resource-group-name of the StorageClass and resourceGroup of azure\.json/,
  },
  {
    guide: 'The Resource .../my-vnet under resource group ... was not found',
    parameters: { 'vnet-name': 'no-such-vnet' },
    kind: 'invalid-argument',
    cause: /no-such-vnet/,
    fix: /subnet-name|vnet-name/,
  },
  {
    guide: 'subnet ... not found in vnet ..., resource group ...',
    parameters: { 'subnet-name': 'no-such-subnet' },
    kind: 'invalid-argument',
    cause: /no-such-subnet/,
    fix: /subnet-name/,
  },
  {
    guide: 'not enough IP addresses available: 10 needed, 3 available',
    parameters: { 'subnet-name': 'lustre-tiny-subnet' },
    kind: 'resource-exhausted',
    cause: /needs 11 free addresses, and subnet .*lustre-tiny-subnet has 3/,
    fix: /subnet-name/,
  },
  {
    guide: 'Operation results in exceeding quota limits of resource type AmlFilesystem',
    fault: {
      ...{ ...arm, operation: put, status: 409, code: 'OperationNotAllowed' },
      message:
        'Operation results in exceeding quota limits of resource type AmlFilesystem. Maximum allowed: 4, Current in ' +
        'use: 4, Additional requested: 1.',
    },
    kind: 'resource-exhausted',
    cause: /exceeding quota limits of resource type AmlFilesystem. Maximum allowed: 4, Current in use: 4/,
    fix: /request a higher quota of AML file systems in the location from Azure, or delete file systems that are not needed/,
  },
  {
    guide: 'zone must be provided ... available zones: [...]',
    parameters: { zone: undefined },
    kind: 'invalid-argument',
    cause: /zone must be given/,
    fix: /has the zones 1, 2, 3 in eastus/,
  },
  {
    guide: 'zone cannot be used in location ..., no zones available for SKU ...',
    parameters: { location: 'westcentralus', 'sku-name': 'AMLFS-Durable-Premium-250' },
    kind: 'invalid-argument',
    cause: /AMLFS-Durable-Premium-250 has no zones in westcentralus/,
    fix: /leave it out/,
  },
  {
    guide: 'zone ... must be one of: [...]',
    parameters: { zone: '4' },
    kind: 'invalid-argument',
    cause: /zone is "4"/,
    fix: /has only the zones 1, 2, 3 in eastus/,
  },
  {
    guide: 'sku-name must be one of: [...]',
    parameters: { 'sku-name': 'AMLFS-Durable-Premium-1' },
    kind: 'invalid-argument',
    cause: /AMLFS-Durable-Premium-1\b/,
    fix: /it offers AMLFS-Durable-Premium-125, AMLFS-Durable-Premium-250/,
  },
  {
    guide: 'sku-name must be one of: [...], for a SKU in another case',
    parameters: { 'sku-name': 'amlfs-durable-premium-1' },
    kind: 'invalid-argument',
    cause: /amlfs-durable-premium-1\b/i,
    fix: /it offers AMLFS-Durable-Premium-125/,
  },
  {
    guide: 'error retrieving SKUs: ... (permissions)',
    fault: { ...arm, operation: 'skus.list', status: 403, code: 'AuthorizationFailed' },
    kind: 'unavailable',
    cause: /cannot list the SKUs of Azure Managed Lustre: .*AuthorizationFailed/,
    fix: /role-definition\.json/,
  },
  {
    guide: 'error retrieving SKUs: ... (connectivity)',
    fault: { kind: 'reset', cloud: 'azure', operation: 'skus.list', times: 9 },
    kind: 'unavailable',
    cause: /cannot list the SKUs of Azure Managed Lustre/,
    fix: /check the network|the call is retried automatically/,
  },
  {
    guide: 'found no AMLFS SKUs for location ...',
    parameters: { location: 'nowhere' },
    kind: 'invalid-argument',
    cause: /no Azure Managed Lustre at all/,
    fix: /location.*nowhere|nowhere.*location/,
  },
  {
    guide: 'could not find location info for sku ... in location ...',
    parameters: { location: 'southcentralus', 'sku-name': 'AMLFS-Durable-Premium-500' },
    kind: 'invalid-argument',
    cause: /AMLFS-Durable-Premium-500.*southcentralus|southcentralus.*AMLFS-Durable-Premium-500/,
    fix: /NotAvailableForSubscription/,
  },
  {
    guide: 'maintenance-time-of-day-utc must be in HH:MM format',
    parameters: { 'maintenance-time-of-day-utc': '10pm' },
    kind: 'invalid-argument',
    cause: /"maintenance-time-of-day-utc" is "10pm"/,
    fix: /HH:MM from 00:00 to 23:59/,
  },
  {
    guide: 'Context sub-dir must be strict subpath',
    parameters: { 'sub-dir': '../other' },
    kind: 'invalid-argument',
    cause: /"sub-dir" is "\.\.\/other"/,
    fix: /must not contain "\.\."/,
  },
];

let azure: EmulatedAzure;
beforeAll(async () => {
  azure = await EmulatedAzure.start({ durations: { createSeconds: 0.01, deleteSeconds: 0.01 } });
});
afterAll(() => azure.stop());
afterEach(() => azure.emulator.faults.clear());

describe('the troubleshooting guide and the controller', () => {
  it.each(situations)('agree on: $guide', async ({ parameters = {}, fault, kind, cause, fix }) => {
    if (fault) azure.emulator.faults.add(fault);
    const given = Object.fromEntries(
      Object.entries({ ...dynamicParameters, ...parameters }).filter(
        (entry): entry is [string, string] => entry[1] !== undefined,
      ),
    );
    const replica = await azure.replica();
    const error: unknown = await replica
      .create(requestOf(given, { name: 'pvc-guide' }), callOf(10_000))
      .catch((thrown: unknown) => thrown);
    expect(isDriverError(error) && error.kind).toBe(kind);
    const { message } = error as Error;
    expect(message).toMatch(cause);
    expect(message).toMatch(fix);
    expect(message).not.toContain('\n');
    expect(azure.state.fileSystems).toEqual([]);
  });

  it('agree on: Context sub-dir must be strict subpath, of a PV that was written by hand', () => {
    const context = { 'mgs-ip-address': '10.0.0.4', 'sub-dir': 'a/../../b' };
    expect(() => new AmlNode().mountSource({ volumeId: 'pv', context })).toThrow(
      /sub-dir of the volume context is "a\/\.\.\/\.\.\/b": it must not contain "\.\."/,
    );
  });
});
