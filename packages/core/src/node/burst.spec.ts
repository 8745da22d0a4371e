import { testBurst } from './testing/burst.js';

testBurst({ targets: 48, kills: 2 });
