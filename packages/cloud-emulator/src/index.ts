export { startEmulator } from './emulator.js';
export type { Emulator, EmulatorOptions, EmulatorSettings } from './emulator.js';
export { checkMountSimulation } from './mount/check-mount-simulation.js';
export type { MountSimulation } from './mount/check-mount-simulation.js';
export { defaultDurations } from './world/world.js';
export type { Durations } from './world/world.js';
export type { Fault } from './world/faults.js';
export type { Cloud, Journal, JournalEntry, JournalListener } from './world/journal.js';
export type { Faults } from './world/faults.js';
