import { it } from 'vitest';
import { directoryDrivers } from '../testing/directory-bench.js';
import { playDirectoryExample } from './directory-example.js';

it.each(directoryDrivers)('$driverName: the claim and the scratch of the job', playDirectoryExample);
