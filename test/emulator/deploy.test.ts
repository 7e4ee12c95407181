import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { examine } from '../../doctor/finding.ts';
import { stackProbes } from '../../doctor/probes/stack.ts';
import type { KeysetUse } from '../../lambdas/signing/control-facts.ts';
import { EMPTY_KEYSET, nextKeyset } from '../../lambdas/signing/keyset.ts';
import { REPOSITORY } from '../../ops/surroundings.ts';
import { assemblyOf } from '../support/assembly.ts';
import withDomain from '../support/domain.json' with { type: 'json' };
import { httpClient } from '../support/http.ts';
import { apiKey, bearer, PASSWORD } from '../support/stack.ts';
import { type Answer, Aws, elements } from './aws.ts';
import { ACCOUNT, type Deployed, deploy, LEFT_OUT, REGION } from './deployment.ts';
import { type Emulator, startMinistack } from './ministack.ts';
import { NOT_TAKEN_OVER, READERS, type World } from './resources.ts';

/**
 * The template, deployed by somebody else's code. The emulator accepts broken templates, so that a stack is created
 * proves nothing: every resource is looked at through its service's API, and the main flow runs over HTTP.
 */

let emulator: Emulator;
let aws: Aws;
let deployed: Deployed;
let world: World;

beforeAll(async () => {
  emulator = await startMinistack();
  aws = new Aws(emulator.endpoint);
  deployed = await deploy(aws, await assemblyOf({ profile: 'default', config: { waf: true } }), 'Latchkey');
  world = { aws, deployed, apiId: deployed.find('FrontDoorApi', 'AWS::ApiGateway::RestApi') };
});
afterAll(() => emulator?.stop());

describe('the stack', () => {
  test('has everything but what the emulator does not know, by name', () => {
    expect(deployed.leftOutKinds).toEqual(new Set(Object.keys(LEFT_OUT)));
    console.log(`Left out: ${deployed.leftOut.join(', ')}`);
  });

  test('has every other resource with its properties', async () => {
    const { different, taken } = await compared(world);
    expect(different).toEqual([]);
    expect(taken, 'The emulator takes these over now: remove them from NOT_TAKEN_OVER').toEqual([]);
  });
});

/** What of a stack is not as its template says, and what is although the emulator is known not to take it over. */
async function compared(of: World): Promise<{ different: string[]; taken: string[] }> {
  const different: string[] = [];
  const taken: string[] = [];
  for (const [logicalId, { Type, Properties = {} }] of Object.entries(of.deployed.template.Resources)) {
    if (Type === 'AWS::CDK::Metadata') continue;
    const read = READERS[Type];
    if (read === undefined) {
      different.push(`${logicalId}: nothing here looks at a ${Type} (test/emulator/resources.ts)`);
      continue;
    }
    const found = await read(Properties, of.deployed.physicalId(logicalId), of).catch((error: Error) => ({
      'cannot be read': error.message,
    }));
    for (const [name, value] of Object.entries(found)) {
      const excused = NOT_TAKEN_OVER[Type]?.includes(name) ?? false;
      const same = contains(Properties[name], value);
      if (!same && !excused)
        different.push(
          `${logicalId}.${name}: ${JSON.stringify(Properties[name])} is ${JSON.stringify(value)}`,
        );
      if (same && excused) taken.push(`${Type}.${name}`);
    }
  }
  return { different, taken };
}

/** Whether what was found is what the template says, where the template says something. */
function contains(expected: unknown, found: unknown): boolean {
  try {
    expect(expected).toMatchObject(found as object);
    return true;
  } catch {
    return JSON.stringify(expected) === JSON.stringify(found);
  }
}

describe('the main flow', () => {
  const call = async (method: string, path: string, headers = {}, json?: object) => {
    const response = await fetch(emulator.apiUrl(world.apiId, 'live') + path, {
      method,
      headers: { ...headers, ...(json === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: (text.startsWith('{') ? JSON.parse(text) : {}) as Answer,
    };
  };

  test('rotation, onboarding, a call, a login, a key, its end', async () => {
    await rotate();
    // The emulator takes the usage key from the caller's header only, never from the authorizer. So the caller sends
    // the one that the authorizer names, and its credential in the header that goes first.
    const { item } = await aws.rest('apigateway', '/apikeys?includeValues=true');
    const usageKey = item.find(({ value }: { value: string }) => value.endsWith('sharedinitial')).value;
    const presenting = (credential: string) => ({ ...bearer(credential), ...apiKey(usageKey) });
    const email = 'ada@example.com';
    const health = await call('GET', '/health');
    expect(health.status, health.text + emulator.log().slice(-1500)).toBe(200);
    const onboarded = await call('POST', '/v1/auth/onboard', {}, { email, password: PASSWORD });
    expect(onboarded.status, onboarded.text).toBe(201);
    const { api_key: key, tenant_id: tenant } = onboarded.json;
    const echo = await call('GET', '/v1/stats', presenting(key));
    expect(echo.status, echo.text).toBe(200);
    expect(echo.text).toContain(tenant);
    const login = await call('POST', '/v1/auth/login', {}, { email, password: PASSWORD });
    expect(login.status, login.text).toBe(200);
    const token = login.json.access_token;
    expect((await call('GET', '/v1/auth/me', presenting(token))).json).toMatchObject({ email });
    const created = await call('POST', '/v1/api-keys', presenting(token), { name: 'production-key' });
    expect(created.status, created.text).toBe(201);
    expect((await call('GET', '/v1/stats', presenting(created.json.key))).status).toBe(200);
    const revoked = await call(
      'DELETE',
      `/v1/api-keys/${created.json.id ?? created.json.key_id}`,
      presenting(token),
    );
    expect(revoked.status, revoked.text).toBeLessThan(300);
    const dead = await call('GET', '/v1/stats', presenting(created.json.key));
    expect(dead.status, dead.text).toBe(401);
    const api = `https://${world.apiId}.execute-api.${REGION}.amazonaws.com/live`;
    expect(dead.headers.get('www-authenticate')).toBe(
      `Bearer resource_metadata="${api}/.well-known/oauth-protected-resource"`,
    );
    const metadata = await call('GET', '/.well-known/oauth-protected-resource');
    expect(metadata.json).toMatchObject({ resource: api, authorization_servers: [api] });
    expect((await call('GET', '/v1/stats')).status).toBe(401);
    expect((await call('PUT', '/v1/auth/login', {}, {})).status).toBe(405);
  });

  test('the doctor reads what only the account knows, and finds what the emulator does otherwise', async () => {
    const environment = {
      AWS_ENDPOINT_URL: emulator.endpoint,
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    };
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    const findings = await examine(stackProbes('Latchkey', REPOSITORY), () => undefined);
    const statuses = Object.fromEntries(findings.map(({ id, status }) => [id, status]));
    expect(statuses, JSON.stringify(findings)).toEqual({
      'api-key-source': 'wrong',
      'authorizer-cache': 'ok',
      observed: 'ok',
      rotation: 'ok',
      protection: 'ok',
      quotas: 'ok',
      alarms: 'wrong',
    });
    expect(findings.find(({ id }) => id === 'alarms')?.found).toMatch(/\d+ of \d+ alarms tell nobody/);
  });

  /** The emulator has no rotation schedules: the test does what Secrets Manager would, in its four steps. */
  async function rotate(): Promise<void> {
    for (const use of ['token', 'assertion'] as const) await rotateUse(use);
  }

  async function rotateUse(use: KeysetUse): Promise<void> {
    const name = deployed.find('Functionsrotation', 'AWS::Lambda::Function');
    const RotationLambdaARN = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${name}`;
    const secret = (action: string, input: object) =>
      aws.json('secretsmanager', `secretsmanager.${action}`, input);
    const SecretId = deployed.find(use === 'token' ? 'Keyset' : 'Assertions', 'AWS::SecretsManager::Secret');
    await secret('RotateSecret', {
      SecretId,
      RotationLambdaARN,
      RotationRules: { AutomaticallyAfterDays: 30 },
    });
    // Secrets Manager would stage an empty version, which the emulator cannot: what createSecret would make is given.
    const ClientRequestToken = crypto.randomUUID();
    const plan = { uses: [use], tokenAlgorithm: 'ES256', tokenSeconds: 3600 } as const;
    const pending = await nextKeyset(EMPTY_KEYSET, plan, Math.floor(Date.now() / 1000));
    await secret('PutSecretValue', {
      SecretId,
      ClientRequestToken,
      SecretString: JSON.stringify(pending),
      VersionStages: ['AWSPENDING'],
    });
    for (const Step of ['createSecret', 'setSecret', 'testSecret', 'finishSecret']) {
      const path = `/2015-03-31/functions/${name}/invocations`;
      const answer = await aws.rest(
        'lambda',
        path,
        'POST',
        JSON.stringify({ Step, SecretId, ClientRequestToken }),
      );
      expect(JSON.stringify(answer), Step).not.toContain('errorMessage');
    }
  }
});

describe('a second stage in the same account, with a domain', () => {
  let beta: World;
  beforeAll(async () => {
    const zone = await createZone(withDomain.domain.hostedZone.name);
    const domain = { ...withDomain.domain, hostedZone: { ...withDomain.domain.hostedZone, id: zone } };
    const assembly = await assemblyOf({ profile: 'default', config: { ...withDomain, domain } });
    const stack = await deploy(aws, assembly, withDomain.name);
    beta = { aws, deployed: stack, apiId: stack.find('FrontDoorApi', 'AWS::ApiGateway::RestApi') };
  });

  test('has every resource with its properties', async () => {
    const { different, taken } = await compared(beta);
    expect([different, taken]).toEqual([[], []]);
  });

  test('leaves the first as it was, but for the one role by which an account writes logs', async () => {
    const { different } = await compared(world);
    expect(different.filter((line) => !/^FrontDoorApiAccount\w*\.CloudWatchRoleArn/.test(line))).toEqual([]);
  });

  test('answers at the root of its host', async () => {
    const { send, close } = httpClient(emulator.endpoint);
    const host = { headers: { host: withDomain.domain.name } };
    expect((await send('GET /openapi.json', host)).json.openapi).toMatch(/^3/);
    expect((await send('GET /v1/stats', host)).status).toBe(401);
    close();
  });

  /** A hosted zone as a team has it before; gives its id. */
  async function createZone(name: string): Promise<string> {
    const body = `<CreateHostedZoneRequest xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><Name>${name}</Name><CallerReference>latchkey</CallerReference></CreateHostedZoneRequest>`;
    const xml: string = await aws.rest('route53', '/2013-04-01/hostedzone', 'POST', body);
    return elements(xml, 'Id')[0]?.replace('/hostedzone/', '') ?? '';
  }
});
