import { growthOf } from '@lustre-csi/core/testing';
import { describe, expect, it } from 'vitest';
import { contextKeysOf, parseSubDir, resolveSubDir } from './sub-dir.js';
import { foldContext } from './volume-context.js';

describe('parseSubDir', () => {
  it.each([
    ['data', 'data'],
    ['/data/', 'data'],
    ['a//b/./c', 'a/b/c'],
    ['${pvc.metadata.name}_${pod.metadata.name}', '${pvc.metadata.name}_${pod.metadata.name}'],
  ])('reads %j', (text, path) => expect(parseSubDir(text)).toBe(path));

  it.each([
    ['', 'names no directory'],
    ['/', 'names no directory'],
    ['.', 'names no directory'],
    ['..', 'must not contain ".."'],
    ['a/../b', 'must not contain ".."'],
    ['a\0b', 'NUL'],
    ['a#b', '"#"'],
    [
      '${pvc.name}',
      '"${pvc.name}" is unknown here: write ${pvc.metadata.name}; known are ${pvc.metadata.name},',
    ],
    ['${.PVC.namespace}', 'is unknown here: write ${pvc.metadata.namespace};'],
    ['${pod.name}', 'is unknown here: write ${pod.metadata.name};'],
    ['%s', '"%s" looks like a placeholder'],
    ['${}', '"${}" looks like a placeholder, but is unknown'],
    ['${constructor}', '"${constructor}" looks like a placeholder, but is unknown'],
    ['${__proto__}', 'is unknown'],
    ['$HOME/{x}', '"$HOME" looks like a placeholder'],
    [
      '{{ .PVCName }}',
      '"{{ .PVCName }}" is unknown here: write ${pvc.metadata.name}; known are ${pvc.metadata.name},',
    ],
    ['a/${pvc.metadata.name', '"${" looks like a placeholder'],
  ])('refuses %j', (text, words) => expect(() => parseSubDir(text)).toThrow(words));
});

describe('resolveSubDir', () => {
  const context = foldContext({
    'csi.storage.k8s.io/pvc/name': 'claim',
    'csi.storage.k8s.io/pvc/namespace': 'team',
    'csi.storage.k8s.io/pv/name': 'pvc-1',
    'csi.storage.k8s.io/pod.name': 'web-0',
    'csi.storage.k8s.io/pod.namespace': 'shop',
    'csi.storage.k8s.io/pod.uid': '42',
    'csi.storage.k8s.io/serviceAccount.name': 'default',
  });

  it.each([
    ['plain', 'plain'],
    ['${pvc.metadata.namespace}/${pvc.metadata.name}', 'team/claim'],
    ['${pv.metadata.name}', 'pvc-1'],
    ['${pod.metadata.namespace}_${pod.metadata.name}_${pod.metadata.uid}', 'shop_web-0_42'],
    ['${serviceAccount.metadata.name}', 'default'],
    ['${pod.metadata.name}${pod.metadata.name}', 'web-0web-0'],
  ])('resolves %s', (template, path) => expect(resolveSubDir(template, context)).toBe(path));

  it.each([
    ['${pod.name}', context, '"${pod.name}" is unknown'],
    ['${toString}', context, '"${toString}" looks like a placeholder, but is unknown'],
    ['${pod.metadata.name}', foldContext({}), 'podInfoOnMount: true'],
    ['${pod.metadata.name}', foldContext({ 'csi.storage.k8s.io/pod.name': '' }), 'has no value'],
    ['${pod.metadata.name}', foldContext({ 'csi.storage.k8s.io/pod.name': 'a/b' }), 'contains a slash'],
  ])('refuses %s', (template, values, words) => {
    expect(() => resolveSubDir(template, values)).toThrow(
      expect.objectContaining({
        kind: 'invalid-argument',
        message: expect.stringContaining(words) as string,
      }),
    );
  });
});

describe('resolveSubDir of a volume without metadata of its claim', () => {
  it.each(['${pvc.metadata.name}', '${pvc.metadata.namespace}/${pv.metadata.name}'])(
    'keeps %s, the directory that azurelustre-csi-driver 0.1 mounted',
    (template) => expect(resolveSubDir(template, foldContext({}))).toBe(template),
  );
});

describe('parseSubDir, for long texts', () => {
  it.each(['${', '/', '{{'])('takes linear time for many %j', (part) => {
    expect(growthOf(parseSubDir, (size) => `a${part.repeat(size)}b`)).toBeLessThan(3);
  });
});

describe('contextKeysOf', () => {
  it('names each key once', () => {
    expect(contextKeysOf('${pvc.metadata.name}/${pvc.metadata.name}/${pod.metadata.uid}')).toEqual([
      'csi.storage.k8s.io/pvc/name',
      'csi.storage.k8s.io/pod.uid',
    ]);
  });
});
