import { release } from 'node:os';
import { systemCallProgram } from '../../process/system-calls.js';

const [major = 0, minor = 0] = release().split('.').map(Number);

/** True where a look at one path shows its mounts: by the program in C, from Linux 6.13 on. */
export const hasMountLook = systemCallProgram() !== undefined && (major > 6 || (major === 6 && minor >= 13));
