import { runDriver } from '@lustre-csi/driver';
import { exampleProvider } from './example-provider.js';

process.exit(await runDriver({ name: 'my-driver', version: '1.0.0', providers: [exampleProvider] }));
