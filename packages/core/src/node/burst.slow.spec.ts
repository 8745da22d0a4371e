import { testBurst } from './testing/burst.js';

testBurst({ targets: 250, kills: 6 });
