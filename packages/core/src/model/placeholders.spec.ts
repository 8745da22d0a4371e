import { describe, expect, it } from 'vitest';
import { growthOf } from '../testing/growth.js';
import { explainPlaceholder, lookalikePlaceholder } from './placeholders.js';

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
    ['%s', '%s'],
    ['vol-%1$s/x', '%1$s'],
    ['%v-x', '%v'],
    ['{}', '{}'],
    ['{0}', '{0}'],
    ['[[ .PVCName ]]', '[[ .PVCName ]]'],
  ])('finds in %j: %j', (text, found) => expect(lookalikePlaceholder(text)).toBe(found));

  it.each(['plain/path', 'costs$', '100%', '50%super', 'a%20b', 'a {1,2}', 'x<y', '5 > 3', '[1]', ''])(
    'finds nothing in %j',
    (text) => expect(lookalikePlaceholder(text)).toBeUndefined(),
  );

  it.each(['{{', '${', '$(', '%(', '%', '{a', '{1', '[[', '<a', '}'])(
    'takes linear time for many %j',
    (part) => {
      expect(growthOf(lookalikePlaceholder, (size) => part.repeat(size))).toBeLessThan(3);
    },
  );
});

describe('explainPlaceholder', () => {
  const own = { pvcName: '${claim}', pvName: '${volume}' };

  it.each([
    ['{{ .PVCName }}', 'write ${claim};'],
    ['${.PVC.name}', 'write ${claim};'],
    ['${pvc.metadata.name}', 'write ${claim};'],
    ['$(csi.storage.k8s.io/pvc/name)', 'write ${claim};'],
    ['<claim>', 'write ${claim};'],
    ['$PERSISTENT_VOLUME_NAME', 'write ${volume};'],
    ['${pod.metadata.name}', 'looks like a placeholder, but is unknown; known are ${claim}, ${volume}'],
    ['${constructor}', 'looks like a placeholder'],
    ['${.PVC.labels.team}', 'labels and annotations'],
  ])('of %j: %s', (placeholder, words) => {
    const said = explainPlaceholder(placeholder, own);
    expect(said).toContain(`"${placeholder}" `);
    expect(said).toContain(words);
  });

  it('repeats a part of a long one', () => {
    expect(explainPlaceholder(`\${${'x'.repeat(5000)}}`, own).length).toBeLessThan(200);
  });
});
