import { Faults } from '@lustre-csi/core';
import * as z from 'zod/mini';
import { text, tolerant } from './tolerant-json.js';
import { accessRulesFor, sameAccessRules, type AccessRulesOptions } from '../parameters/access-rules.js';
import { mergedLabels, type Labels } from '../parameters/labels.js';
import { maintenanceFor, sameWindow, type MaintenanceWindow } from '../parameters/maintenance.js';
import type { MutableParameters } from '../parameters/mutable-parameters.js';

const number = tolerant(z.number());

/** Schema of the mutable settings of an instance. */
const settingsSchema = z.object({
  labels: tolerant(z.record(z.string(), text)),
  description: text,
  accessRulesOptions: tolerant(
    z.object({
      accessRules: tolerant(
        z.array(z.object({ name: z.string(), ipAddressRanges: z.array(z.string()), squashMode: z.string() })),
      ),
      defaultSquashMode: z.string(),
      defaultSquashUid: number,
      defaultSquashGid: number,
    }),
  ),
  maintenancePolicy: tolerant(
    z.looseObject({
      weeklyMaintenanceWindows: tolerant(
        z.array(z.object({ dayOfWeek: z.string(), startTime: z.object({ hours: number, minutes: number }) })),
      ),
    }),
  ),
});

/** Mutable settings of an instance. */
export interface InstanceSettings {
  readonly labels?: Readonly<Record<string, string | undefined>> | undefined;
  readonly description?: string | undefined;
  readonly accessRulesOptions?: AccessRulesOptions | undefined;
  readonly maintenancePolicy?:
    { readonly weeklyMaintenanceWindows?: readonly MaintenanceWindow[] | undefined } | undefined;
}

/** Reads the settings from the JSON of an instance; fields of another type read as absent. */
export function toSettings(resource: unknown): InstanceSettings {
  const parsed = z.safeParse(settingsSchema, resource);
  return parsed.success ? parsed.data : {};
}

/** Labels of an instance; an unreadable value becomes empty. */
export const labelsOf = ({ labels = {} }: InstanceSettings): Labels =>
  Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, value ?? '']));

/** Fields of UpdateInstance: those that differ, each complete, as the update mask replaces whole fields. */
export type SettingsChange = Readonly<Record<string, unknown>>;

/** Computes the change from the shown to the requested settings; undefined where there is none.
 *  @throws DriverError invalid-argument where this instance does not allow the change */
export function settingsChange(
  settings: InstanceSettings,
  requested: MutableParameters,
): SettingsChange | undefined {
  const faults = new Faults();
  const change = {
    labels: faults.attempt([], () => mergedLabels(labelsOf(settings), requested.labels ?? {})),
    description: otherDescription(settings, requested.description),
    accessRulesOptions: faults.attempt([], () => otherAccessRules(settings, requested)),
    maintenancePolicy: faults.attempt([], () => otherMaintenance(settings, requested)),
  };
  faults.throwIfAny();
  const fields = Object.entries(change).filter(([, value]) => value !== undefined);
  return fields.length > 0 ? Object.fromEntries(fields) : undefined;
}

const otherDescription = (
  { description = '' }: InstanceSettings,
  requested: string | undefined,
): string | undefined => (requested === description ? undefined : requested);

function otherAccessRules(
  { accessRulesOptions: current }: InstanceSettings,
  requested: MutableParameters,
): AccessRulesOptions | undefined {
  const wanted = accessRulesFor(requested, current);
  return wanted && !sameAccessRules(current, wanted) ? wanted : undefined;
}

function otherMaintenance(
  { maintenancePolicy }: InstanceSettings,
  requested: MutableParameters,
): object | undefined {
  const [current] = maintenancePolicy?.weeklyMaintenanceWindows ?? [];
  const wanted = maintenanceFor(requested, current);
  if (!wanted || sameWindow(current, wanted)) return undefined;
  return { ...maintenancePolicy, weeklyMaintenanceWindows: [wanted] };
}
