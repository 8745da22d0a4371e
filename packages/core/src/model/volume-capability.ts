/** CSI VolumeCapability.AccessMode, in the specification's own names. */
export type AccessMode =
  | 'SINGLE_NODE_WRITER'
  | 'SINGLE_NODE_READER_ONLY'
  | 'MULTI_NODE_READER_ONLY'
  | 'MULTI_NODE_SINGLE_WRITER'
  | 'MULTI_NODE_MULTI_WRITER'
  | 'SINGLE_NODE_SINGLE_WRITER'
  | 'SINGLE_NODE_MULTI_WRITER';

/** Use of a volume: always mounted, since Lustre has no block access. */
export interface VolumeCapability {
  readonly accessMode: AccessMode;
  readonly fsType: string;
  readonly mountFlags: readonly string[];
}

/** Reports if the mode allows reading only, so that every mount of it is `ro`. */
export function isReadOnly(mode: AccessMode): boolean {
  return mode === 'SINGLE_NODE_READER_ONLY' || mode === 'MULTI_NODE_READER_ONLY';
}
