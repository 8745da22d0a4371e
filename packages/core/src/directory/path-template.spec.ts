import { describe, expect, it } from 'vitest';
import { growthOf } from '../testing/growth.js';
import { checkTemplate, renderTemplate } from './path-template.js';

const values = { volumeName: 'pvc-1', pvcName: 'data', pvcNamespace: 'team', pvName: 'pv-1' };

describe('a path template', () => {
  it('is checked in linear time', () => {
    expect(growthOf(checkTemplate, (size) => '${'.repeat(size))).toBeLessThan(3);
  });

  it.each([
    ['${pvc.namespace}/${pvc.name}', 'team/data'],
    ['${pvc.metadata.namespace}/x-${pvc.metadata.name}', 'team/x-data'],
    ['${pv.name}', 'pv-1'],
    ['${pv.metadata.name}', 'pv-1'],
    ['plain/path', 'plain/path'],
  ])('%s becomes %s', (template, path) => {
    expect(renderTemplate(checkTemplate(template), values)).toBe(path);
  });

  it('takes the name of the volume if the provisioner does not report the PersistentVolume', () => {
    expect(renderTemplate('${pv.name}', { volumeName: 'pvc-1' })).toBe('pvc-1');
  });

  it.each([
    ['${pod.name}', /"\$\{pod\.name\}" looks like a placeholder, but is unknown; known are \$\{pvc\.name\}/],
    ['${}', /is unknown/],
    ['a/${pvc.name', /no "\}"/],
    ['${constructor}', /is unknown/],
    ['$pvc.name', /"\$pvc\.name" is unknown here: write \$\{pvc\.name\};/],
    [
      '{{ .PVCName }}',
      /"\{\{ \.PVCName \}\}" is unknown here: write \$\{pvc\.name\}; known are \$\{pvc\.name\}/,
    ],
    ['a/{{.PVCNamespace}}', /write \$\{pvc\.namespace\};/],
    [
      '${.PVC.namespace}-${.PVC.name}',
      /"\$\{\.PVC\.namespace\}" is unknown here: write \$\{pvc\.namespace\};/,
    ],
    ['${.PV.name}', /write \$\{pv\.name\};/],
    ['${.PVC.annotations.nfs.io/storage-path}', /labels and annotations of claims do not reach CSI drivers/],
    ["${pvc.annotations['team']}", /labels and annotations/],
    ['$(PVC_NAME)', /"\$\(PVC_NAME\)" is unknown here: write \$\{pvc\.name\};/],
    ['%(namespace)s', /write \$\{pvc\.namespace\};/],
    ['team-%s', /"%s" looks like a placeholder/],
  ])('refuses %s', (template, message) => {
    expect(() => checkTemplate(template)).toThrow(message);
  });

  it.each([
    [{ volumeName: 'v' }, /--extra-create-metadata/],
    [{ volumeName: 'v', pvcName: 'a/b' }, /not the name of a directory/],
    [{ volumeName: 'v', pvcName: '..' }, /not the name of a directory/],
  ])('refuses values that lead elsewhere, or are missing: %o', (given, message) => {
    expect(() => renderTemplate('x/${pvc.name}', given)).toThrow(message);
  });
});
