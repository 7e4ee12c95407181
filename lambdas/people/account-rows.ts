import * as z from 'zod';
import { exactlyOne, plainText } from '../kernel/fields.ts';
import { routeGroup } from '../kernel/route.ts';
import { chooseLanguage } from '../pages/languages.ts';
import { grantView, viewGrant } from '../sessions/grant-view.ts';
import { admitAccount, type NewAccount, onboard, signUp } from './accounts.ts';
import { email } from './email-address.ts';
import { newPassword } from './fields.ts';
import { type LoginContext, logIn, logInWithFactor } from './login.ts';

/** The services of its rows in the function `accounts`. */
export interface AccountServices {
  readonly accounts: LoginContext;
}

const accountView = z.object({
  tenant_id: z.string(),
  user_id: z.string(),
  workspace_id: z.string(),
  key_id: z.string(),
  api_key: z.string(),
});

function viewAccount({ user, workspaceId, key: { key: record } }: NewAccount, key: string) {
  return {
    tenant_id: user.tenantId,
    user_id: user.userId,
    workspace_id: workspaceId,
    key_id: record.id,
    api_key: key,
  };
}

const group = routeGroup<AccountServices>()({ service: 'accounts', tag: 'Accounts' });

export const accountRoutes = group.rows({
  onboard: group.public({
    method: 'POST',
    path: '/v1/auth/onboard',
    summary: 'Create an account: tenant, administrator, workspace and a first API key',
    body: z.strictObject({
      email,
      password: newPassword,
      full_name: plainText(100).optional(),
      workspace_name: plainText(100).optional(),
      sector: plainText(100).optional(),
    }),
    success: {
      status: 201,
      description: 'The account. The API key is shown only now.',
      schema: accountView,
    },
    errors: ['email_taken', 'provider_required', 'rate_limited'],
    handle: async ({ body, origin, acceptLanguage }, { accounts }) => {
      await admitAccount(origin.address, accounts);
      const { account, key } = await onboard(
        {
          email: body.email,
          password: body.password,
          fullName: body.full_name ?? null,
          workspaceName: body.workspace_name ?? 'Default',
          sector: body.sector ?? null,
          language: chooseLanguage(undefined, acceptLanguage),
        },
        accounts,
        origin,
      );
      return viewAccount(account, key);
    },
  }),
  signUp: group.public({
    method: 'POST',
    path: null,
    summary: 'Create an account without a password: its API key is all that opens it',
    description: 'The account and its address end after 24 hours in which the key was not used once.',
    body: z.strictObject({
      name: plainText(100),
      email,
      plan_id: z.string().max(64).optional().describe('The plan that everybody starts with; no other.'),
    }),
    success: {
      status: 201,
      description: 'The account. The API key is shown only now.',
      schema: accountView.extend({ key_name: z.string() }),
    },
    errors: ['email_taken', 'provider_required', 'rate_limited'],
    handle: async ({ body, origin, acceptLanguage }, { accounts }) => {
      await admitAccount(origin.address, accounts);
      const language = chooseLanguage(undefined, acceptLanguage);
      const { account, key } = await signUp(
        { email: body.email, name: body.name, tier: body.plan_id, language },
        accounts,
        origin,
      );
      return { ...viewAccount(account, key), key_name: account.key.key.name };
    },
  }),
  login: group.public({
    method: 'POST',
    path: '/v1/auth/login',
    summary: 'Log in with e-mail address and password',
    description:
      'Takes JSON or a form; `username` may stand for `email` (RFC 6749, 4.3.2). Other fields, such as `scope` and ' +
      "`client_id`, are passed over: the token has what the person's role has.",
    takesForm: true,
    // Parameters that we do not know are ignored, as RFC 6749, 3.2 has it.
    body: exactlyOne(
      z.object({
        email: email.optional(),
        username: email.optional(),
        password: z.string().min(1).max(256),
        grant_type: z.literal('password').optional(),
      }),
      ['email', 'username'],
    ),
    success: {
      status: 200,
      description: 'An access token, and a refresh token where there is one.',
      schema: grantView,
      headers: { 'Cache-Control': 'no-store' },
    },
    errors: [
      'wrong_password',
      'mfa_required',
      'mfa_enrollment_required',
      'email_unverified',
      'provider_required',
      'rate_limited',
    ],
    handle: async ({ body, origin }, { accounts }) => {
      const grant = await logIn(
        { email: body.email ?? body.username ?? '', password: body.password },
        origin,
        accounts,
      );
      return viewGrant(grant);
    },
  }),
  logInWithFactor: group.public({
    method: 'POST',
    path: '/v1/auth/mfa',
    summary: 'Go on with a login that was answered by `mfa_required`',
    description:
      'Takes the `mfa_token` of the answer, which is good for ten minutes, and a code of the authenticator app or a ' +
      'recovery code. Each code works once. Who has passkeys alone signs in with a browser, or sends a recovery code.',
    takesForm: true,
    body: z.object({
      mfa_token: z.string().min(1).max(128),
      code: z.string().min(1).max(64).describe('Six digits, or a recovery code.'),
    }),
    success: {
      status: 200,
      description: 'An access token, and a refresh token where there is one.',
      schema: grantView,
      headers: { 'Cache-Control': 'no-store' },
    },
    errors: ['wrong_factor', 'conflicting_state', 'rate_limited'],
    handle: async ({ body, origin }, { accounts }) =>
      viewGrant(await logInWithFactor({ token: body.mfa_token, code: body.code }, origin, accounts)),
  }),
});
