/** Limits of the work of the controller. */
export interface VolumeLimits {
  /** Calls of CreateVolume, and calls of DeleteVolume, that wait for the cloud at once; further ones end early, and their
   *  work continues in the cloud. Absent: as many as there are. */
  readonly maxWaitingCalls?: number;
}
