// The page is written by hand: it must name all settings that nodes read.
import { readFileSync } from 'node:fs';
import { defaultTuningAllow, publishSettingKeys } from '@lustre-csi/core/server';
import { expect, it } from 'vitest';

const page = readFileSync(new URL('../../../../docs/reference/volume-settings.md', import.meta.url), 'utf8');

it.each([...Object.values(publishSettingKeys), ...defaultTuningAllow])('the page explains %s', (name) => {
  expect(page).toContain(`\`${name}\``);
});
