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
  ['InternalExecutionError', /^InternalExecutionError \(look at/],
  ['ZonalAllocationFailed: None left.', /\(Azure has no servers for it now: try another zone/],
  ['KeyVaultAccessDenied: No.', /\(check key-vault-key-url/],
  ['SubnetIsFull: No addresses.', /\(check the subnet/],
  ['QuotaExceeded: Too many.', /\(ask Azure for a higher quota/],
])('%s', (reason, words) => expect(explainFailedCreation(reason)).toMatch(words));
