// For volumes that are mounted inside the virtual machines of pods: the node's side, and the file that both sides know.
export { DIRECT_VOLUMES_DIR, DirectVolumes } from './node/guest/direct-volumes.js';
export { GuestVolumes, HAND_OFF_KEY, type GuestVolumesParts } from './node/guest/guest-volumes.js';
export { parseHandOff, type GuestVolume, type HandOffContent } from './node/guest/hand-off-file.js';
export { GUEST_MARKER, HAND_OFF_FILE } from './mount/own-files.js';
