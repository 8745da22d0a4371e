// The page is written by hand: it must name what nodes read, and nothing of the list may be missing.
import { readFileSync } from 'node:fs';
import { defaultTuningAllow, publishSettingKeys } from '@lustre-csi/core/server';
import { expect, it } from 'vitest';

const page = readFileSync(new URL('../../../../docs/reference/volume-settings.md', import.meta.url), 'utf8');

it.each([...Object.values(publishSettingKeys), ...defaultTuningAllow])('%s is explained', (name) => {
  expect(page).toContain(`\`${name}\``);
});
