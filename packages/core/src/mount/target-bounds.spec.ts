import { mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isCsiTarget, refuseOutside, OwnDirectories } from './target-bounds.js';

const pod = 'pods/1b3/volumes/kubernetes.io~csi/pvc-1/mount';
const ownDirs = new OwnDirectories([
  '/run/lustre-csi/a.example',
  '/var/lib/kubelet/plugins/a.example/mounts',
]);

const checked = (targetPath: string, targetDirs: readonly string[] = [], mountPoint = targetPath) =>
  refuseOutside({ targetPath, mountPoint }, { targetDirs, ownDirs });
const refused = (words: string) =>
  expect.objectContaining({
    kind: 'invalid-argument',
    message: expect.stringContaining(words) as string,
  }) as Error;

describe('a target path', () => {
  it.each([
    '/var/lib/kubelet',
    '/opt/rke/var/lib/kubelet',
    '/var/lib/rancher/k3s/agent/kubelet',
    '/var/lib/k0s/kubelet',
    '/var/snap/microk8s/common/var/lib/kubelet',
    '/var/data/kubelet',
    '/var/vcap/data/kubelet',
  ])('may be that of a pod below %s', (kubelet) =>
    expect(checked(`${kubelet}/${pod}`)).resolves.toBeUndefined(),
  );

  it.each([
    ['/etc', 'is not below a directory of kubelet (/var/lib/kubelet, '],
    [`/home/${pod}`, 'name it in --target-dirs'],
    [`/var/lib/kubelet-old/${pod}`, 'is not below a directory of kubelet'],
    ['/var/lib/kubelet/pods', 'is not the path of a pod'],
    ['/var/lib/kubelet/pods/1b3/volumes/kubernetes.io~csi/pvc-1', 'is not the path of a pod'],
    ['/var/lib/kubelet/plugins/kubernetes.io/csi/d/0a/globalmount', 'is not the path of a pod'],
    ['/run/lustre-csi/a.example', 'a directory of the driver itself'],
    ['/run/lustre-csi/a.example/mounts/x', 'a directory of the driver itself'],
    ['/run/lustre-csi', 'a directory of the driver itself'],
    ['/var/lib/kubelet/plugins', 'a directory of the driver itself'],
  ])('is refused at %s', async (path, words) => {
    await expect(checked(path)).rejects.toThrow(refused(words));
  });

  it('may be any below the directories of the setting, but for those of the driver', async () => {
    await expect(checked('/srv/pods/a', ['/srv/pods'])).resolves.toBeUndefined();
    await expect(checked('/srv/pods', ['/srv/pods'])).rejects.toThrow(
      refused('(/srv/pods, /var/lib/kubelet'),
    );
    await expect(checked('/run/lustre-csi/a.example/x', ['/run'])).rejects.toThrow(refused('driver itself'));
  });
});

describe('a symlink', () => {
  let base = '';
  beforeAll(async () => {
    base = await realpath(await mkdtemp(join(tmpdir(), 'target-bounds-')));
    await mkdir(join(base, 'real'));
    await symlink('real', join(base, 'link'));
  });
  afterAll(() => rm(base, { recursive: true }));

  it('may lead to a directory of targets', async () => {
    const [targetPath, mountPoint] = [join(base, 'link/a'), join(base, 'real/a')];
    await expect(checked(targetPath, [join(base, 'link')], mountPoint)).resolves.toBeUndefined();
  });

  it('may not lead out of it, nor to the driver', async () => {
    const targetPath = join(base, 'link/a');
    await expect(checked(targetPath, [join(base, 'link')], '/etc/a')).rejects.toThrow(
      refused('is not below'),
    );
    const bounds = { targetDirs: [base], ownDirs: new OwnDirectories([join(base, 'link')]) };
    const target = { targetPath: join(base, 'x/a'), mountPoint: join(base, 'real/a') };
    await expect(refuseOutside(target, bounds)).rejects.toThrow(refused('driver itself'));
  });
});

it('isCsiTarget also knows the targets of staging, which other drivers use', () => {
  expect(isCsiTarget(`/data/kubelet/${pod}`)).toBe(true);
  expect(isCsiTarget('/data/kubelet/plugins/kubernetes.io/csi/d/0a/globalmount')).toBe(true);
  expect(isCsiTarget('/data/pvc-1/mount')).toBe(false);
});
