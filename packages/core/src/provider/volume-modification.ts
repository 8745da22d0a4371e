import type { VolumeReference } from '../model/volume-reference.js';
import type { ParameterSchema } from './parameters.js';

/** Progress of a modification: done, or what it waits for, in words. */
export type ModificationStep = 'done' | { readonly waitingFor: string };

/** The part of a provider that can change file systems in place (VolumeAttributesClass). */
export interface VolumeModification {
  /** The mutable parameters: what may stand in a VolumeAttributesClass. */
  readonly parameters: ParameterSchema;

  /** Checks the parameters as far as they can be judged alone. Pure.
   *  @throws DriverError invalid-argument naming the key and those that are allowed */
  check(parameters: Readonly<Record<string, string>>): void;

  /** Looks at the file system and starts what is missing, as much at once as the cloud allows; changes nothing that
   *  is already as asked, and nothing that is not asked. Called again until it is done: it has no memory.
   *  @throws DriverError not-found, and invalid-argument before anything was changed */
  step(
    reference: VolumeReference,
    parameters: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<ModificationStep>;
}
