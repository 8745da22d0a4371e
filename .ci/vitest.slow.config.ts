import { settings } from './vitest.config.js';

export default settings('slow');
