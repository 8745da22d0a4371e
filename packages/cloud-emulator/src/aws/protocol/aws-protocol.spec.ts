import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAwsCloud, type AwsCloudFixture } from '../testing/aws-cloud-fixture.js';
import { signatureFault } from './signature.js';

const signed = (service: string, region = 'us-west-2') =>
  `AWS4-HMAC-SHA256 Credential=AKID/20260101/${region}/${service}/aws4_request, ` +
  `SignedHeaders=host;x-amz-date, Signature=${'0'.repeat(64)}`;
const date = { 'x-amz-date': '20260101T000000Z' };

describe('AwsCloud on the wire', () => {
  let aws: AwsCloudFixture;
  beforeAll(async () => {
    aws = await startAwsCloud();
  });
  afterAll(() => aws.close());

  const fsx = async (operation: string, body: string, headers: Record<string, string>) => {
    const reply = await fetch(aws.endpoint, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `AWSSimbaAPIService_v20180301.${operation}`,
        ...headers,
      },
    });
    return { reply, body: (await reply.json()) as Record<string, unknown> };
  };
  const valid = { authorization: signed('fsx'), ...date };

  it('answers with epoch seconds, a request id, and nothing where there is nothing', async () => {
    const { reply, body } = await fsx('DescribeFileSystems', '{}', valid);
    expect(reply.headers.get('content-type')).toBe('application/x-amz-json-1.1');
    expect(reply.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
    expect(body).toEqual({ FileSystems: [] });
    const request = {
      FileSystemType: 'LUSTRE',
      StorageCapacity: 1200,
      SubnetIds: ['subnet-0aaaaaaaaaaaaaaa1'],
    };
    const created = await fsx('CreateFileSystem', JSON.stringify(request), valid);
    const { CreationTime } = created.body['FileSystem'] as { CreationTime: number };
    expect(Math.abs(CreationTime - Date.now() / 1000)).toBeLessThan(10);
  });

  it.each<[string, string, string, Record<string, string>, string]>([
    ['no signature', 'DescribeFileSystems', '{}', {}, 'MissingAuthenticationTokenException'],
    [
      'no date',
      'DescribeFileSystems',
      '{}',
      { authorization: signed('fsx') },
      'IncompleteSignatureException',
    ],
    [
      'a bearer',
      'DescribeFileSystems',
      '{}',
      { authorization: 'Bearer x', ...date },
      'IncompleteSignatureException',
    ],
    [
      'the scope of EC2',
      'DescribeFileSystems',
      '{}',
      { authorization: signed('ec2'), ...date },
      'InvalidSignatureException',
    ],
    [
      'another region',
      'DescribeFileSystems',
      '{}',
      { authorization: signed('fsx', 'eu-west-1'), ...date },
      'InvalidSignatureException',
    ],
    ['an unknown operation', 'DescribeVolumes', '{}', valid, 'UnknownOperationException'],
    ['broken JSON', 'DescribeFileSystems', '{', valid, 'SerializationException'],
    ['another type', 'DescribeFileSystems', '{"MaxResults":"1"}', valid, 'SerializationException'],
  ])('refuses %s', async (_name, operation, text, headers, code) => {
    const { reply, body } = await fsx(operation, text, headers);
    expect(reply.status).toBe(400);
    expect(body).toMatchObject({ __type: code, Message: expect.stringMatching(/./) as string });
    expect(aws.world.journal.entries().at(-1)).toMatchObject({ operation, status: 400, errorCode: code });
  });

  it('sends Retry-After where the injected throttle has one', async () => {
    aws.world.faults.add({ kind: 'throttle', retryAfterSeconds: 7 });
    const { reply } = await fsx('DescribeFileSystems', '{}', valid);
    expect(reply.headers.get('retry-after')).toBe('7');
  });

  it.each<[string, string, Record<string, string>, number, string]>([
    ['no signature', 'Action=DescribeSubnets&Version=2016-11-15', {}, 403, 'MissingAuthenticationToken'],
    ['the scope of FSx', 'Action=DescribeSubnets&Version=2016-11-15', valid, 401, 'AuthFailure'],
    [
      'an unknown action',
      'Action=RunInstances&Version=2016-11-15',
      { authorization: signed('ec2'), ...date },
      400,
      'InvalidAction',
    ],
    [
      'another version',
      'Action=DescribeSubnets&Version=2010-01-01',
      { authorization: signed('ec2'), ...date },
      400,
      'NoSuchVersion',
    ],
  ])('refuses an EC2 call with %s', async (_name, body, headers, status, code) => {
    const reply = await fetch(aws.endpoint, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8', ...headers },
    });
    expect(reply.status).toBe(status);
    expect(await reply.text()).toContain(`<Response><Errors><Error><Code>${code}</Code>`);
    expect(aws.world.journal.entries().at(-1)).toMatchObject({ service: 'ec2', status, errorCode: code });
  });
});

describe('signatureFault', () => {
  it.each([
    [{ authorization: signed('fsx'), ...date }, undefined],
    [{}, 'missing'],
    [{ authorization: signed('fsx').replace('0000', 'xyz'), ...date }, 'incomplete'],
    [{ authorization: signed('fsx'), 'x-amz-date': 'today' }, 'incomplete'],
    [{ authorization: signed('fsx').replace('SignedHeaders', 'Headers'), ...date }, 'incomplete'],
    [{ authorization: signed('s3'), ...date }, 'scope'],
  ])('names the defect, case %#', (headers, fault) => {
    expect(signatureFault(headers, 'us-west-2', 'fsx')).toBe(fault);
  });
});
