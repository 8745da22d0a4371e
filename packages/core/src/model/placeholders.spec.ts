import { describe, expect, it } from 'vitest';
import { growthOf } from '../testing/growth.js';
import { lookalikePlaceholder } from './placeholders.js';

describe('lookalikePlaceholder', () => {
  it.each([
    ['a/{{ .PVCName }}', '{{ .PVCName }}'],
    ['{{.PVName}}/x', '{{.PVName}}'],
    ['{{ open', '{{'],
    ['$(PVC_NAME)', '$(PVC_NAME)'],
    ['$pvc.name', '$pvc.name'],
    ['$HOME/x', '$HOME'],
    ['x-${', '${'],
    ['%(pvc)s', '%(pvc)'],
    ['{pvc}', '{pvc}'],
    ['<namespace>', '<namespace>'],
  ])('finds in %j: %j', (text, found) => expect(lookalikePlaceholder(text)).toBe(found));

  it.each(['plain/path', 'costs$', '100%', 'a {1,2}', 'x<y', '5 > 3', ''])('finds nothing in %j', (text) =>
    expect(lookalikePlaceholder(text)).toBeUndefined(),
  );

  it.each(['{{', '${', '$(', '%(', '{a', '<a', '}'])('takes linear time for many %j', (part) => {
    expect(growthOf(lookalikePlaceholder, (size) => part.repeat(size))).toBeLessThan(3);
  });
});
