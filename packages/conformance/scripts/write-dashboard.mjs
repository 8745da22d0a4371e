// Writes deploy/helm/lustre-csi/files/dashboard.json. src/monitoring/monitoring.spec.ts fails if it is out of date.
import { writeFileSync } from 'node:fs';
import { format } from 'prettier';
import { dashboard, dashboardFile } from '../dist/monitoring/dashboard.js';

writeFileSync(dashboardFile, await format(dashboard(), { parser: 'json', printWidth: 110 }));
