import { EC2Client, DescribeSubnetsCommand } from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startAwsCloud, type AwsCloudFixture } from '../testing/aws-cloud-fixture.js';

const ttl = 'x-aws-ec2-metadata-token-ttl-seconds';

describe('The instance metadata service', () => {
  let aws: AwsCloudFixture;
  beforeEach(async () => {
    aws = await startAwsCloud();
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await aws.close();
  });

  const newToken = (headers: Record<string, string>) =>
    fetch(`${aws.endpoint}/latest/api/token`, { method: 'PUT', headers });
  const read = async (path: string, token?: string): Promise<[number, string]> => {
    const headers = token === undefined ? {} : { 'x-aws-ec2-metadata-token': token };
    const reply = await fetch(`${aws.endpoint}/latest/${path}`, { headers });
    return [reply.status, await reply.text()];
  };

  it('shows the place of the instance to callers with a token', async () => {
    const issued = await newToken({ [ttl]: '60' });
    expect([issued.status, issued.headers.get(ttl)]).toEqual([200, '60']);
    const token = await issued.text();
    expect(await read('meta-data/placement/availability-zone', token)).toEqual([200, 'us-west-2a']);
    const [status, document] = await read('dynamic/instance-identity/document', token);
    expect(status).toBe(200);
    expect(JSON.parse(document)).toMatchObject({ region: 'us-west-2', accountId: '111122223333' });
    expect(await read('meta-data/none', token)).toEqual([404, '']);
    aws.world.pass(60);
    expect(await read('meta-data/placement/region', token)).toEqual([401, '']);
    const [first, second] = aws.world.journal.entries();
    expect(first).toMatchObject({ service: 'imds', operation: 'PutToken', status: 200 });
    expect(second).toMatchObject({
      operation: 'GetMetadata',
      resource: 'meta-data/placement/availability-zone',
    });
  });

  it('refuses callers without a token, with a wrong one, or behind a proxy', async () => {
    expect(await read('meta-data/placement/region')).toEqual([401, '']);
    expect(await read('meta-data/placement/region', 'mine')).toEqual([401, '']);
    expect((await newToken({ [ttl]: '60', 'x-forwarded-for': '10.0.0.9' })).status).toBe(403);
    for (const seconds of ['0', '21601', 'x']) expect((await newToken({ [ttl]: seconds })).status).toBe(400);
    expect((await newToken({})).status).toBe(400);
  });

  it('fails as injected faults demand', async () => {
    aws.world.faults.add({ kind: 'throttle', operation: 'PutToken' });
    aws.world.faults.add({ kind: 'error', operation: 'PutToken' });
    expect((await newToken({ [ttl]: '60' })).status).toBe(429);
    expect((await newToken({ [ttl]: '60' })).status).toBe(503);
  });

  it('gives the SDK the credentials of the instance role', async () => {
    for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) vi.stubEnv(name, undefined);
    vi.stubEnv('AWS_EC2_METADATA_SERVICE_ENDPOINT', aws.endpoint);
    vi.stubEnv('AWS_CONFIG_FILE', '/nonexistent');
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nonexistent');
    const ec2 = new EC2Client({ endpoint: aws.endpoint, region: 'us-west-2' });
    try {
      expect(await ec2.config.credentials()).toMatchObject({
        accessKeyId: expect.stringMatching(/^ASIA/) as string,
        sessionToken: expect.any(String) as string,
      });
      expect((await ec2.send(new DescribeSubnetsCommand())).Subnets).toHaveLength(4);
    } finally {
      ec2.destroy();
    }
  });
});
