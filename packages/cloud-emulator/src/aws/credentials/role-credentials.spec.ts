import { EC2Client, DescribeSubnetsCommand } from '@aws-sdk/client-ec2';
import { DescribeFileSystemsCommand, FSxClient } from '@aws-sdk/client-fsx';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startAwsCloud, type AwsCloudFixture } from '../testing/aws-cloud-fixture.js';

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
const jwt = (claims: object): string => `${encode({ alg: 'RS256' })}.${encode(claims)}.c2lnbmF0dXJl`;
const role = 'arn:aws:iam::111122223333:role/lustre-csi-controller';

interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

describe('Credentials of roles', () => {
  let aws: AwsCloudFixture;
  let soon: number;
  beforeEach(async () => {
    aws = await startAwsCloud({}, { credentialSeconds: 900 });
    soon = Math.floor(aws.world.now() / 1000) + 60;
  });
  afterEach(() => aws.close());

  const assume = async (parameters: Record<string, string>): Promise<string> => {
    const body = new URLSearchParams({
      Action: 'AssumeRoleWithWebIdentity',
      Version: '2011-06-15',
      RoleArn: role,
      RoleSessionName: 'spec',
      ...parameters,
    });
    return (await fetch(aws.endpoint, { method: 'POST', body })).text();
  };
  const claims = (change: object = {}): object => ({
    sub: 'system:serviceaccount:lustre:controller',
    aud: ['sts.amazonaws.com'],
    exp: soon,
    ...change,
  });
  const keysOf = (xml: string): Keys => {
    const member = (name: string): string => new RegExp(`<${name}>([^<]+)</${name}>`).exec(xml)?.[1] ?? '';
    return {
      accessKeyId: member('AccessKeyId'),
      secretAccessKey: member('SecretAccessKey'),
      sessionToken: member('SessionToken'),
    };
  };
  /** Names of the answers of FSx and EC2 to requests that are signed with these keys. */
  const answersTo = async (credentials: Keys): Promise<readonly string[]> => {
    const settings = { endpoint: aws.endpoint, region: 'us-west-2', credentials, maxAttempts: 1 };
    const [fsx, ec2] = [new FSxClient(settings), new EC2Client(settings)];
    const answers = await Promise.all(
      [fsx.send(new DescribeFileSystemsCommand()), ec2.send(new DescribeSubnetsCommand())].map((sent) =>
        sent.then(
          () => 'done',
          (error: Error) => error.name,
        ),
      ),
    );
    fsx.destroy();
    ec2.destroy();
    return answers;
  };

  it('are issued for the token of a service account, and valid until they expire', async () => {
    const xml = await assume({ WebIdentityToken: jwt(claims()) });
    expect(xml).toContain(
      '<SubjectFromWebIdentityToken>system:serviceaccount:lustre:controller</SubjectFromWebIdentityToken>',
    );
    expect(await answersTo(keysOf(xml))).toEqual(['done', 'done']);
    aws.world.pass(900);
    expect(await answersTo(keysOf(xml))).toEqual(['ExpiredTokenException', 'RequestExpired']);
  });

  it('are refused without their token, and where STS never issued them', async () => {
    const { sessionToken: _token, ...keys } = keysOf(await assume({ WebIdentityToken: jwt(claims()) }));
    const unknown = ['UnrecognizedClientException', 'AuthFailure'];
    expect(await answersTo(keys)).toEqual(unknown);
    expect(await answersTo({ ...keys, sessionToken: 'mine' })).toEqual(unknown);
    expect(await answersTo({ ...keys, accessKeyId: 'ASIAIOSFODNN7EXAMPLE' })).toEqual(unknown);
    expect(await answersTo({ accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 's' })).toEqual([
      'done',
      'done',
    ]);
  });

  it.each<[string, object | undefined, Record<string, string>, string]>([
    ['no JWT', undefined, {}, 'InvalidIdentityToken'],
    [
      'a token for another audience',
      { aud: 'https://kubernetes.default.svc' },
      {},
      'Incorrect token audience',
    ],
    ['a token that is too old', { exp: 1 }, {}, 'ExpiredTokenException'],
    ['another role', {}, { RoleArn: 'arn:aws:iam::111122223333:role/x' }, 'AccessDenied'],
    ['no session', {}, { RoleSessionName: '' }, 'ValidationError'],
    ['another action', {}, { Action: 'AssumeRole' }, 'InvalidAction'],
  ])('are not issued for %s', async (_name, change, parameters, words) => {
    const token = change === undefined ? 'x' : jwt(claims(change));
    const xml = await assume({ WebIdentityToken: token, ...parameters });
    expect(xml).toContain('<ErrorResponse');
    expect(xml).toContain(words);
  });

  it('are issued by the agent of a node as well, the same ones while they are valid', async () => {
    const ask = async (audience: string): Promise<[number, string]> => {
      const headers = { authorization: jwt(claims({ aud: [audience] })) };
      const reply = await fetch(`${aws.endpoint}/v1/credentials`, { headers });
      return [reply.status, await reply.text()];
    };
    expect((await ask('sts.amazonaws.com'))[0]).toBe(400);
    const [status, first] = await ask('pods.eks.amazonaws.com');
    expect(status).toBe(200);
    expect((await ask('pods.eks.amazonaws.com'))[1]).toBe(first);
    const { AccessKeyId, SecretAccessKey, Token } = JSON.parse(first) as Record<string, string>;
    const keys = {
      accessKeyId: `${AccessKeyId}`,
      secretAccessKey: `${SecretAccessKey}`,
      sessionToken: `${Token}`,
    };
    expect(await answersTo(keys)).toEqual(['done', 'done']);
    aws.world.pass(450);
    expect((await ask('pods.eks.amazonaws.com'))[1]).not.toBe(first);
  });
});
