import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startAwsCloud, type AwsCloudFixture } from '../testing/aws-cloud-fixture.js';

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
const longTerm = 'AKIAIOSFODNN7EXAMPLE';

describe('GetCallerIdentity', () => {
  let aws: AwsCloudFixture;
  beforeEach(async () => {
    aws = await startAwsCloud({}, { credentialSeconds: 900 });
  });
  afterEach(() => aws.close());

  const post = async (body: Record<string, string>, headers: Record<string, string>) => {
    const form = new URLSearchParams({ Version: '2011-06-15', ...body });
    const reply = await fetch(aws.endpoint, { method: 'POST', body: form, headers });
    return { status: reply.status, xml: await reply.text() };
  };
  const signed = (key: string, service = 'sts'): Record<string, string> => ({
    authorization:
      `AWS4-HMAC-SHA256 Credential=${key}/20260101/us-west-2/${service}/aws4_request, ` +
      `SignedHeaders=host;x-amz-date, Signature=${'0'.repeat(64)}`,
    'x-amz-date': '20260101T000000Z',
  });
  const ask = (headers: Record<string, string>) => post({ Action: 'GetCallerIdentity' }, headers);
  const member = (xml: string, name: string): string =>
    new RegExp(`<${name}>([^<]+)</${name}>`).exec(xml)?.[1] ?? '';
  const assume = async (): Promise<Record<string, string>> => {
    const claims = { sub: 'system:serviceaccount:lustre:controller', aud: 'sts.amazonaws.com' };
    const exp = Math.floor(aws.world.now() / 1000) + 60;
    const { xml } = await post(
      {
        Action: 'AssumeRoleWithWebIdentity',
        RoleArn: 'arn:aws:iam::111122223333:role/lustre-csi-controller',
        RoleSessionName: 'spec',
        WebIdentityToken: `${encode({ alg: 'RS256' })}.${encode({ ...claims, exp })}.c2lnbmF0dXJl`,
      },
      {},
    );
    return { ...signed(member(xml, 'AccessKeyId')), 'x-amz-security-token': member(xml, 'SessionToken') };
  };

  it('names the IAM user of a long-term key', async () => {
    const { status, xml } = await ask(signed(longTerm));
    expect(status).toBe(200);
    expect(xml).toContain('<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">');
    expect(xml).toContain('<Arn>arn:aws:iam::111122223333:user/lustre-csi</Arn>');
    expect(member(xml, 'Account')).toBe('111122223333');
    expect(aws.world.journal.entries().at(-1)).toMatchObject({
      service: 'sts',
      operation: 'GetCallerIdentity',
      status: 200,
    });
  });

  it('names the session of a role whose credentials sign', async () => {
    const { xml } = await ask(await assume());
    expect(member(xml, 'Arn')).toBe('arn:aws:sts::111122223333:assumed-role/lustre-csi-controller/spec');
    expect(member(xml, 'UserId')).toMatch(/^AROA[A-Z0-9]+:spec$/);
  });

  it('refuses expired credentials', async () => {
    const headers = await assume();
    aws.world.pass(900);
    const { status, xml } = await ask(headers);
    expect([status, member(xml, 'Code')]).toEqual([403, 'ExpiredToken']);
  });

  it.each<[string, Record<string, string>, number, string]>([
    ['no signature', {}, 403, 'MissingAuthenticationToken'],
    ['a bearer token', { authorization: 'Bearer x' }, 400, 'IncompleteSignature'],
    ['the scope of EC2', signed(longTerm, 'ec2'), 403, 'SignatureDoesNotMatch'],
    ['keys that STS never issued', signed('ASIAIOSFODNN7EXAMPLE'), 403, 'InvalidClientTokenId'],
  ])('refuses %s', async (_what, headers, status, code) => {
    const answer = await ask(headers);
    expect([answer.status, member(answer.xml, 'Code')]).toEqual([status, code]);
  });
});
