import { describe } from 'vitest';
import { testBurst } from './testing/burst.js';

describe('with system calls', () => testBurst({ targets: 250, kills: 6 }));
describe('with mount(8) and umount(8)', () => testBurst({ targets: 120, kills: 4, isWithoutPrograms: true }));
