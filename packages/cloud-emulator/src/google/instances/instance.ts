import { withoutDefaults, type JsonObject } from '../protocol/wire-json.js';

export type InstanceState =
  'ACTIVE' | 'CREATING' | 'DELETING' | 'UPGRADING' | 'REPAIRING' | 'STOPPED' | 'SUSPENDED';

/** Fields that clients set. */
export interface InstanceSpec {
  readonly filesystem: string;
  readonly capacityGib: number;
  readonly network: string;
  readonly perUnitStorageThroughput: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly description: string;
  readonly gkeSupportEnabled: boolean;
  readonly kmsKey: string;
  readonly placementPolicy: string;
  readonly accessRulesOptions?: JsonObject;
  readonly maintenancePolicy?: JsonObject;
  readonly dynamicTierOptions?: JsonObject;
}

/** Instance of the emulated project. */
export interface Instance {
  /** Order of creation. */
  readonly sequence: number;
  /** `projects/P/locations/Z/instances/I` */
  readonly name: string;
  readonly location: string;
  readonly uid: string;
  /** Address of the MGS. */
  readonly address: string;
  readonly createTime: string;
  /** Size at creation, which decides how far it can grow. */
  readonly createdWithGib: number;
  updateTime: string;
  spec: InstanceSpec;
  state: InstanceState;
  stateReason: string;
  /** True once its creation has succeeded: clients can mount it. */
  created: boolean;
}

/** Instance as the API shows it. */
export function renderInstance(instance: Instance): JsonObject {
  const { spec, address, created } = instance;
  return withoutDefaults({
    name: instance.name,
    ...spec,
    capacityGib: String(spec.capacityGib),
    perUnitStorageThroughput: String(spec.perUnitStorageThroughput),
    state: instance.state,
    stateReason: instance.stateReason,
    mountPoint: created ? `${address}@tcp:/${spec.filesystem}` : '',
    createTime: instance.createTime,
    updateTime: instance.updateTime,
    uid: instance.uid,
  });
}

/** Instance as the response of an operation. */
export const asResponse = (instance: Instance): object => ({
  '@type': 'type.googleapis.com/google.cloud.lustre.v1.Instance',
  ...renderInstance(instance),
});
