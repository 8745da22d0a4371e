import type { HealthyWorld } from './healthy-world.js';

/** Fault that a test plants, the check that has to find it, and words of its report. */
export type PlantedFault = readonly [
  fault: string,
  plant: (world: HealthyWorld) => void,
  id: string,
  text: RegExp,
];
