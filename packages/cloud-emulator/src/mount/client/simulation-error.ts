/** Something went wrong in the simulation itself; not what Lustre would say. */
export class SimulationError extends Error {
  override readonly name = 'SimulationError';
}
