// sbom.mjs ROOT ARCH NODE_PACKAGE [USER_PACKAGE...]: writes the bill of materials of an image, CycloneDX 1.6, into its root file
// system: the npm packages of which the bundle has code, Node.js, and the Debian packages. USER_PACKAGE: names of the packages
// that are not Debian's. Two builds of one commit have one text. Environment: SOURCE_DATE_EPOCH.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [root, arch, nodePackage, ...userPackages] = process.argv.slice(2);
if (!root || !arch || !nodePackage)
  throw new Error('usage: sbom.mjs ROOT ARCH NODE_PACKAGE [USER_PACKAGE...]');
const directory = fileURLToPath(new URL('../../packages/lustre-csi/', import.meta.url));
const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** Manifest of the package that a file belongs to. */
function packageOf(file) {
  for (let at = dirname(file); at !== dirname(at); at = dirname(at)) {
    const path = join(at, 'package.json');
    const manifest = existsSync(path) ? readJson(path) : {};
    if (manifest.name && manifest.version) return manifest;
  }
  throw new Error(`${file} belongs to no package`);
}

/** Files of which the bundle has code; what esbuild read and left out does not count. */
function shippedFiles() {
  const { outputs } = readJson(join(directory, 'dist/bundle-metafile.json'));
  const programs = Object.entries(outputs).filter(([path]) => path.endsWith('.js'));
  const inputs = programs.flatMap(([, output]) => Object.entries(output.inputs));
  return inputs
    .filter(([path, { bytesInOutput }]) => bytesInOutput > 0 && !path.includes(':'))
    .map(([path]) => path);
}

/** Component that a package URL identifies. */
const component = (type, name, version, purl, more = {}) => ({
  type,
  'bom-ref': purl,
  name,
  version,
  ...more,
  purl,
});

const licensed = (text) => {
  const isExpression = / (?:AND|OR|WITH) /.test(text);
  return { licenses: [isExpression ? { expression: text } : { license: { id: text } }] };
};

function npmComponents() {
  const manifests = new Map();
  for (const file of shippedFiles()) {
    const manifest = packageOf(join(directory, file));
    manifests.set(`${manifest.name}@${manifest.version}`, manifest);
  }
  return [...manifests.values()].map(({ name, version, license }) => {
    const [, group, short] = /^(?:(@[^/]+)\/)?(.+)$/.exec(name);
    const purl = `pkg:npm/${group ? `${encodeURIComponent(group)}/` : ''}${short}@${encodeURIComponent(version)}`;
    const place = group ? { group } : {};
    return component('library', short, version, purl, { ...place, ...(license ? licensed(license) : {}) });
  });
}

/** Node.js, which the npm package has built for the architecture. */
function nodeComponent() {
  const [, name, version] = /^(.+)@([^@]+)$/.exec(nodePackage);
  const cpe = `cpe:2.3:a:nodejs:node.js:${version}:*:*:*:lts:*:*:*`;
  return component('platform', 'node', version, `pkg:npm/${name}@${version}`, { ...licensed('MIT'), cpe });
}

/** Packages with their fields, from the records that scanners read as well. */
function debComponents() {
  const records = join(root, 'var/lib/dpkg/status.d');
  return readdirSync(records).map((name) => {
    const text = readFileSync(join(records, name), 'utf8');
    const field = (key) => new RegExp(`^${key}: (.*)$`, 'm').exec(text)?.[1];
    const version = field('Version');
    const from = userPackages.includes(name) ? `pkg:generic/${name}` : `pkg:deb/debian/${name}`;
    const distribution = userPackages.includes(name) ? '' : '&distro=debian-12';
    const purl = `${from}@${encodeURIComponent(version)}?arch=${field('Architecture')}${distribution}`;
    const maintainer = field('Maintainer');
    return component('library', name, version, purl, maintainer ? { supplier: { name: maintainer } } : {});
  });
}

const byReference = (a, b) => (a['bom-ref'] < b['bom-ref'] ? -1 : 1);
const { version, license } = readJson(join(directory, 'package.json'));
const image = {
  ...component('container', 'lustre-csi', version, `pkg:generic/lustre-csi@${version}?arch=${arch}`),
  ...licensed(license),
};
const components = [...npmComponents(), nodeComponent(), ...debComponents()].sort(byReference);
const hash = createHash('sha256')
  .update(JSON.stringify([image, components]))
  .digest('hex');
const bom = {
  $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  // A UUID of version 8 that follows from the content.
  serialNumber: `urn:uuid:${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`,
  version: 1,
  metadata: {
    timestamp: new Date(Number(process.env.SOURCE_DATE_EPOCH) * 1000).toISOString(),
    component: image,
  },
  components,
  dependencies: [
    { ref: image['bom-ref'], dependsOn: components.map((one) => one['bom-ref']) },
    ...components.map((one) => ({ ref: one['bom-ref'] })),
  ],
};
const path = join(root, 'usr/share/sbom/lustre-csi.cdx.json');
mkdirSync(dirname(path), { recursive: true });
writeFileSync(path, `${JSON.stringify(bom, null, 1)}\n`, { mode: 0o644 });
