import { it } from 'vitest';
import { allDirectoryDrivers, directoryDrivers } from '../testing/directory-bench.js';
import { playDirectoryExample } from './directory-example.js';

const further = allDirectoryDrivers.filter((each) => !directoryDrivers.includes(each));

it.each(further)('$driverName: the claim and the scratch of the job', playDirectoryExample);
