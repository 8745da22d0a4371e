// Wrong values fail when the chart is installed, with a sentence.
import { describe, expect, inject, it } from 'vitest';
import { Helm, type RenderOptions } from './chart.js';

const helm = new Helm(inject('helm'));
const fsx = 'fsx.csi.aws.com';
const azure = 'azurelustre.csi.azure.com';
const oci = 'lustre.csi.oraclecloud.com';
const generic = 'generic.lustre-csi';

const packages = { image: 'x', repository: 'x', names: ['x'] };

type Row = readonly [string, RenderOptions['values'], RegExp];

const schemaRows: readonly Row[] = [
  ['an unknown key', { driver: fsx, replicas: 2 }, /additional properties 'replicas' not allowed/],
  [
    'an unknown nested key',
    { driver: fsx, node: { kubeletDir: '/x' } },
    /at '\/node'.*'kubeletDir' not allowed/,
  ],
  [
    'a wrong type',
    { driver: fsx, controller: { replicaCount: 'two' } },
    /controller\/replicaCount': got string/,
  ],
  [
    'an unknown word',
    { driver: fsx, csidriver: { fsGroupPolicy: 'Maybe' } },
    /fsGroupPolicy': value must be one/,
  ],
  ['an unknown mode', { driver: fsx, node: { mode: 'controller' } }, /node\/mode': value must be one/],
  ['a bad driver name', { driver: 'FSx' }, /at '\/driver'/],
  ['a port out of range', { driver: fsx, node: { healthPort: 70000 } }, /node\/healthPort/],
  ['a digest without its algorithm', { driver: fsx, image: { digest: 'abc' } }, /image\/digest/],
  ['a relative kubelet path', { driver: fsx, node: { kubeletPath: 'kubelet' } }, /node\/kubeletPath/],
  [
    'a misspelt value of a further DaemonSet',
    { driver: fsx, additionalDaemonSets: { gpu: { nodeselector: {} } } },
    /additionalDaemonSets\/gpu'.*'nodeselector' not allowed/,
  ],
  [
    'a bad name of a further DaemonSet',
    { driver: fsx, additionalDaemonSets: { GPU: {} } },
    /invalid propertyName 'GPU'/,
  ],
  ['a class without a name', { driver: fsx, storageClasses: [{}] }, /storageClasses\/0.*name/],
  ['a number as a toleration', { driver: fsx, node: { tolerations: [1] } }, /node\/tolerations\/0/],
];

const sentenceRows: readonly Row[] = [
  ['no driver', {}, /driver is empty: set it to fsx\.csi\.aws\.com/],
  ['customDriver of a known name', { driver: fsx, customDriver: true }, /customDriver is for images/],
  [
    'names of the AWS driver for Azure',
    { driver: azure, compatibility: 'aws-fsx-csi-driver' },
    /compatibility aws-fsx-csi-driver replaces fsx\.csi\.aws\.com, and driver is azurelustre/,
  ],
  [
    'names of the Azure driver for AWS',
    { driver: fsx, compatibility: 'azurelustre-csi-driver' },
    /compatibility azurelustre-csi-driver replaces azurelustre\.csi\.azure\.com/,
  ],
  ['an AWS region for Azure', { driver: azure, controller: { region: 'eu-west-1' } }, /controller\.region/],
  [
    'extra tags for Azure',
    { driver: azure, controller: { extraTags: { a: 'b' } } },
    /controller\.extraTags is for/,
  ],
  ['a tag with a comma', { driver: fsx, controller: { extraTags: { a: 'b,c' } } }, /a contains a comma/],
  ['a mount option with a comma', { driver: fsx, mountOptionsAllow: ['a,b'] }, /"a,b" contains a comma/],
  ['topology without a cloud', { driver: generic, topology: { zone: 'imds' } }, /topology\.zone is for/],
  ['provider-id for Azure', { driver: azure, topology: { zone: 'provider-id' } }, /provider-id is for fsx/],
  [
    'snapshots for Azure',
    { driver: azure, sidecars: { snapshotter: { enabled: true } } },
    /snapshots are for fsx/,
  ],
  [
    'a Secret without a name',
    { driver: azure, azure: { cloudConfig: { source: 'secret' } } },
    /set azure\.cloudConfig\.secretName/,
  ],
  [
    'workload identity of Azure for AWS',
    { driver: fsx, azure: { workloadIdentity: { clientID: 'x' } } },
    /azure\.workloadIdentity is for/,
  ],
  ['settings of OCI for AWS', { driver: fsx, oci: { region: 'x' } }, /oci is for lustre\.csi\.oraclecloud/],
  ['a pod of OKE without a region', { driver: oci, oci: { auth: 'workload-identity' } }, /set oci\.region/],
  [
    'the key of a user without a Secret',
    { driver: oci, oci: { auth: 'user-key' } },
    /oci\.config\.secretName/,
  ],
  [
    'credentials of Google for AWS',
    { driver: fsx, google: { credentials: { secretName: 'x' } } },
    /google\.credentials are for/,
  ],
  ['a zone of Google for Azure', { driver: azure, topology: { zone: 'none' } }, /topology\.zone none is for/],
  [
    'kmm without images',
    { driver: generic, lustreClient: { mode: 'kmm' } },
    /set lustreClient\.kmm\.kernelMappings/,
  ],
  [
    'packages without an image',
    { driver: fsx, lustreClient: { mode: 'package', package: { repository: 'x', names: ['x'] } } },
    /set image, repository and names of lustreClient\.package/,
  ],
  [
    'packages that are not checked',
    { driver: fsx, lustreClient: { mode: 'package', package: { ...packages, format: 'dnf' } } },
    /set lustreClient\.package\.key/,
  ],
  [
    'packages without the network of the node',
    { driver: fsx, node: { hostNetwork: false }, lustreClient: { mode: 'package', package: packages } },
    /set node\.hostNetwork/,
  ],
  [
    'packages on some nodes only',
    { driver: fsx, additionalDaemonSets: { a: { lustreClient: { mode: 'package' } } } },
    /additionalDaemonSets\.a\.lustreClient\.mode is package/,
  ],
  [
    'guests that mount volumes, without the look at runtimes',
    { driver: fsx, node: { guestVolumes: { enabled: true } } },
    /node\.guestVolumes\.enabled needs node\.kataAware/,
  ],
  [
    'the same in a further DaemonSet',
    { driver: fsx, additionalDaemonSets: { peer: { guestVolumes: { enabled: true } } } },
    /additionalDaemonSets\.peer\.guestVolumes\.enabled needs kataAware there/,
  ],
  ['no node plugin at all', { driver: fsx, node: { enabled: false } }, /no node could mount/],
  [
    'monitors without metrics',
    { driver: fsx, monitoring: { podMonitor: { enabled: true } } },
    /monitoring needs node\.metrics\.enabled/,
  ],
  [
    'a grace period that ends before the calls',
    { driver: fsx, controller: { terminationGracePeriodSeconds: 20 } },
    /is 20 and must be greater than shutdownGraceSeconds, which is 25/,
  ],
];

const kubernetesRows: readonly (readonly [...Row, string])[] = [
  ['an old cluster', { driver: fsx }, /incompatible with Kubernetes v1\.26\.0/, '1.26.0'],
  [
    'the allocatable count before 1.33',
    { driver: fsx, csidriver: { nodeAllocatableUpdatePeriodSeconds: 60 } },
    /nodeAllocatableUpdatePeriodSeconds needs Kubernetes 1\.33/,
    '1.32.0',
  ],
  [
    'scheduling by registration before 1.35',
    { driver: fsx, csidriver: { preventPodSchedulingIfMissing: true } },
    /preventPodSchedulingIfMissing needs Kubernetes 1\.35/,
    '1.34.0',
  ],
  [
    'a VolumeAttributesClass before 1.34',
    { driver: fsx, volumeAttributesClasses: [{ name: 'fast' }] },
    /volumeAttributesClasses need Kubernetes 1\.34/,
    '1.33.0',
  ],
];

describe.skipIf(!inject('helm'))('the chart', () => {
  it.each(schemaRows)('refuses %s by its schema', async (_, values, words) => {
    await expect(helm.template({ values: values ?? {} })).rejects.toThrow(words);
  });

  it.each(sentenceRows)('refuses %s with a sentence', async (_, values, words) => {
    await expect(helm.template({ values: values ?? {} })).rejects.toThrow(words);
  });

  it.each(kubernetesRows)('refuses %s', async (_, values, words, kubernetes) => {
    await expect(helm.template({ values: values ?? {}, kubernetes })).rejects.toThrow(words);
  });

  it('admits what a parent chart passes', async () => {
    const values = { driver: fsx, global: { imageRegistry: 'x', other: [1] }, enabled: true };
    expect(await helm.template({ values })).toContain('kind: DaemonSet');
  });
});
