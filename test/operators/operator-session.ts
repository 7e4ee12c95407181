/** An operator of a stack that serves, from the command that makes them to a token of their own. */
import { totpCode } from '../../lambdas/factors/totp.ts';
import type { OperatorShell } from '../ops/shell.ts';
import { contents, expectStatus, type TestStack } from '../support/stack.ts';

export const OPERATOR_PASSWORD = 'correct horse battery staple';

export interface Operator {
  readonly id: string;
  readonly email: string;
  /** Of the authenticator app. */
  readonly secret: string;
}

const step = () => Math.floor(Date.now() / 30_000);

/** Makes an operator by the command, and chooses a password by the link that it prints. */
export async function invitedOperator(
  stack: TestStack,
  shell: OperatorShell,
  email: string,
): Promise<Omit<Operator, 'secret'>> {
  const added = await shell.json('operator', 'add', email);
  const link = /link=(.+)$/.exec(added.below_the_url_of_the_api)?.[1];
  const reset = { json: { link, new_password: OPERATOR_PASSWORD } };
  expectStatus(await stack.send('POST /v1/auth/reset-password', reset), 200);
  return { id: added.id, email };
}

/** The same, and sets up an authenticator app, to which the first sign-in leads. */
export async function newOperator(stack: TestStack, shell: OperatorShell, email: string): Promise<Operator> {
  const invited = await invitedOperator(stack, shell, email);
  const cookies = new Map<string, string>();
  const send = async (target: string, form?: Readonly<Record<string, string>>) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const type = form && { 'content-type': 'application/x-www-form-urlencoded' };
    const headers = { ...(cookie && { cookie }), ...type };
    const response = await stack.send(target, {
      headers,
      ...(form && { body: `${new URLSearchParams(form)}` }),
    });
    for (const set of response.values['set-cookie'] ?? []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      cookies.set(name, value);
    }
    const hidden = response.text.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g);
    const fields = [...hidden].map(([, name = '', value = '']) => [name, value.replaceAll('&amp;', '&')]);
    return { response, fields: Object.fromEntries(fields) as Record<string, string> };
  };
  const { fields } = await send('GET /sign-in?continue=/account');
  await send('POST /sign-in', { ...fields, email, password: OPERATOR_PASSWORD });
  const factors = await send('GET /factors');
  const app = await send('POST /factors', { ...factors.fields, step: 'app' });
  const secret = (/class="secret">([^<]+)</.exec(app.response.text)?.[1] ?? '').replaceAll(' ', '');
  const code = totpCode(secret, step() - 1);
  const confirmed = await send('POST /factors', { ...app.fields, step: 'confirm', code });
  expectStatus(confirmed.response, 200);
  return { ...invited, secret };
}

/** Logs in with the app; each code is good once. */
export async function operatorToken(
  stack: TestStack,
  { email, secret }: Operator,
  stepsAhead = 0,
): Promise<string> {
  const login = { json: { email, password: OPERATOR_PASSWORD } };
  const { json } = expectStatus(await stack.send('POST /v1/auth/login', login), 403);
  const code = totpCode(secret, step() + stepsAhead);
  const proof = { json: { mfa_token: json.mfa_token, code } };
  return contents(expectStatus(await stack.send('POST /v1/auth/mfa', proof), 200)).access_token;
}
