// Objects against the schemas of several versions of Kubernetes, where a misspelt field or a key given twice is an error.
import { describe, expect, inject, it } from 'vitest';
import { Helm } from './chart.js';
import { kubernetesSchemas, validate } from './kubernetes-schemas.js';
import { hasProgram, testCache } from './tools.js';
import { valueSets } from './value-sets.js';

const helm = new Helm(inject('helm'));
const kubeconform = inject('kubeconform');
const usable = kubeconform !== '' && inject('helm') !== '' && hasProgram('pip3') && hasProgram('python3');
if (!usable && process.env['CI'] === 'true') throw new Error('kubeconform, helm, python3 or pip3 is missing');
if (!usable) process.stderr.write('kubeconform, helm, python3 or pip3 is missing: schemas are not checked\n');

const versions = ['1.27.0', '1.30.0', '1.34.0', '1.37.0'];
/** Values without objects that older clusters do not have, which the chart refuses there. */
const before134 = { volumeAttributesClasses: [] };

describe.skipIf(!usable).each(versions)('Kubernetes %s', (version) => {
  it('accepts the objects of all value sets', async () => {
    const schemas = await kubernetesSchemas(testCache(), version);
    const values = version < '1.34' ? before134 : {};
    const renders = await Promise.all(
      [...valueSets].map(([name, file]) =>
        helm.template({
          files: [file],
          values: name === 'everything-on' ? values : {},
          kubernetes: version,
        }),
      ),
    );
    // A native sidecar before 1.29 is a wish of the values that the cluster ignores.
    const texts =
      version < '1.29' ? renders.map((text) => text.replace(/^ *restartPolicy: Always\n/gm, '')) : renders;
    expect(await validate(kubeconform, schemas, version, texts.join('\n---\n'))).toMatchObject({
      invalid: 0,
      errors: 0,
      valid: expect.any(Number) as number,
    });
  }, 300_000);
});

describe.skipIf(!usable)('the check of objects', () => {
  it('refuses a misspelt field', async () => {
    const schemas = await kubernetesSchemas(testCache(), '1.37.0');
    const wrong =
      'apiVersion: storage.k8s.io/v1\nkind: CSIDriver\nmetadata: { name: x }\nspec: { attachRequird: false }\n';
    expect(await validate(kubeconform, schemas, '1.37.0', wrong)).toMatchObject({ invalid: 1, valid: 0 });
  }, 300_000);
});
