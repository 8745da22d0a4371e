/** Failure of the simulation itself, not of the simulated Lustre. */
export class SimulationError extends Error {
  override readonly name = 'SimulationError';
}
