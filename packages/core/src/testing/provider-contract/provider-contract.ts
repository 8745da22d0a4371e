import { fileSystemCases } from './file-system-cases.js';
import type { ContractCase, ProviderContractHarness } from './harness.js';
import { requestCases } from './request-cases.js';

export type { ContractCase, ProviderContractHarness };

/**
 * The contract of `ControllerProvider` and `NodeProvider`, executable: loop over the cases with your test runner's
 * `it(name, run)`. They may run in any order, one at a time; each deletes what it creates.
 */
export function providerContract(harness: ProviderContractHarness): readonly ContractCase[] {
  return [...requestCases(harness), ...fileSystemCases(harness)];
}
