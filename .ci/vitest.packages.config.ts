import { settings } from './vitest.config.js';

export default settings('packages');
