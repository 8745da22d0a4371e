// For tests of providers and of drivers built from these packages.
export { growthOf } from './growth.js';
export { ManualClock, settled } from './manual-clock.js';
export { MemoryCloud, memoryProvider } from './memory-provider.js';
export {
  providerContract,
  type ContractCase,
  type ProviderContractHarness,
} from './provider-contract/provider-contract.js';
export { repeatUntilFinal } from './repeat-until-final.js';
export { RememberedLog } from './remembered-log.js';
export { volumeRequest } from './volume-request.js';
