import { settings } from './vitest.settings.js';

export default settings('kubernetes');
