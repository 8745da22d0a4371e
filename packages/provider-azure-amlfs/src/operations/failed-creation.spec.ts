import { expect, it } from 'vitest';
import { explainFailedCreation } from './failed-creation.js';

it.each([
  [
    'CreateTimeout: It did not complete.',
    /^CreateTimeout: It did not complete \(.*Service Health.*another zone/,
  ],
  [
    'AscInternalError: Provisioning timed out deploying Cluster VMs',
    /Cluster VMs \(.*another zone or location/,
  ],
  ['InternalExecutionError', /^InternalExecutionError \(check Azure Service Health/],
  ['ZonalAllocationFailed: None left.', /\(Azure has no capacity for it now: choose another zone/],
  ['KeyVaultAccessDenied: No.', /\(check key-vault-key-url/],
  ['SubnetIsFull: No addresses.', /\(check the subnet/],
  ['QuotaExceeded: Too many.', /\(request a higher quota from Azure/],
])('%s', (reason, words) => expect(explainFailedCreation(reason)).toMatch(words));
