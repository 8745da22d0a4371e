import { DriverError } from '@lustre-csi/core';

export const weekdays = [
  ...(['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'] as const),
] as const;

/** Time of day of the API (google.type.TimeOfDay); zero members are absent. */
export interface TimeOfDay {
  readonly hours?: number | undefined;
  readonly minutes?: number | undefined;
}

/** Weekly window, in the form of the API. */
export interface MaintenanceWindow {
  readonly dayOfWeek: string;
  readonly startTime: TimeOfDay;
}

/** Given parameters of the window. */
export interface MaintenanceParameters {
  readonly maintenanceDayOfWeek?: string | undefined;
  readonly maintenanceStartTime?: string | undefined;
}

/** Computes the window that the parameters request. A part that they do not name stays unchanged.
 *  @returns undefined where they name none
 *  @throws DriverError invalid-argument where a part is unknown */
export function maintenanceFor(
  { maintenanceDayOfWeek, maintenanceStartTime }: MaintenanceParameters,
  current?: MaintenanceWindow,
): MaintenanceWindow | undefined {
  if (maintenanceDayOfWeek === undefined && maintenanceStartTime === undefined) return undefined;
  const dayOfWeek = maintenanceDayOfWeek ?? current?.dayOfWeek;
  const startTime = maintenanceStartTime === undefined ? current?.startTime : timeOfDay(maintenanceStartTime);
  if (dayOfWeek !== undefined && startTime !== undefined) return { dayOfWeek, startTime };
  throw new DriverError(
    'invalid-argument',
    'maintenanceDayOfWeek and maintenanceStartTime belong together: give both, as the instance has no window yet',
  );
}

function timeOfDay(text: string): TimeOfDay {
  const [hours = 0, minutes = 0] = text.split(':').map(Number);
  return { ...(hours > 0 ? { hours } : {}), ...(minutes > 0 ? { minutes } : {}) };
}

export const sameWindow = (a: MaintenanceWindow | undefined, b: MaintenanceWindow): boolean =>
  a?.dayOfWeek === b.dayOfWeek && minutesOf(a.startTime) === minutesOf(b.startTime);

const minutesOf = ({ hours = 0, minutes = 0 }: TimeOfDay): number => hours * 60 + minutes;
