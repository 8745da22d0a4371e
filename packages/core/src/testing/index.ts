// For tests of providers and of drivers built from these packages.
export { ManualClock, settled } from './manual-clock.js';
export { MemoryCloud, memoryProvider } from './memory-provider.js';
export { RememberedLog } from './remembered-log.js';
