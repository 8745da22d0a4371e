import { describe, expect, it } from 'vitest';
import { parseStripeLayout } from './stripe-layout.js';

describe('a stripe layout', () => {
  it.each([
    '-c -1',
    '-E 64M -c 1 -E -1 -c -1',
    ' --stripe-count 4  -S 1M -p flash ',
    '-E 1M -L mdt -E eof -C 8',
  ])('reads %s', (text) => {
    expect(parseStripeLayout(text)).toEqual(text.trim().split(/\s+/));
  });

  it.each([
    ['', 'it is empty'],
    ['-c', '-c has no value'],
    ['-c many', '"many" is not a value of -c'],
    ['-c 1 /etc', '"/etc" is not a layout option'],
    ['--yaml /etc/passwd', '"--yaml" is not a layout option'],
    ['-c 1; rm -rf /', '"1;" is not a value of -c'],
  ])('refuses "%s"', (text, message) => {
    expect(() => parseStripeLayout(text)).toThrow(message);
  });
});
