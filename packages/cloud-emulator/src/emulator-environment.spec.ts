import { expect, it } from 'vitest';
import { directly } from './emulator-environment.js';

it.each([
  [{}, {}],
  [{ NO_PROXY: 'example.org' }, {}],
  [{ HTTPS_PROXY: 'http://proxy:3128' }, { NO_PROXY: '127.0.0.1', no_proxy: '127.0.0.1' }],
  [
    { http_proxy: 'http://proxy:3128', no_proxy: 'example.org' },
    { NO_PROXY: 'example.org,127.0.0.1', no_proxy: 'example.org,127.0.0.1' },
  ],
])('directly: %o adds %o', (environment, added) => {
  expect(directly(environment)).toEqual(added);
});
