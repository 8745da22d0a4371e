// An outage of the API server concerns all drivers: this case runs alone.
import { afterAll, it } from 'vitest';
import { azure } from '../flows/subjects.js';
import { openCluster } from '../release/suite-cluster.js';
import { breakWhileWriting } from './break-while-writing.js';
import { longOutage } from './chaos-cases.js';

const LIMIT_MS = 300_000;

const cluster = openCluster();
afterAll(() => cluster.api.close());

it(longOutage.title, { timeout: LIMIT_MS }, () => breakWhileWriting(cluster, longOutage, azure));
