import * as z from 'zod';
import { type AccountContext, logIn, normalizeEmail, onboard } from '../domain/accounts.ts';
import { publicRoute, type Route } from './route.ts';
import { email, newPassword, plainText } from './schemas.ts';

/** What the function `accounts` has for its rows. */
export interface AccountServices {
  readonly accounts: AccountContext;
}

export const accountRoutes: readonly Route[] = [
  publicRoute({
    id: 'onboard',
    service: 'accounts',
    method: 'POST',
    path: '/v1/auth/onboard',
    summary: 'Create an account: tenant, administrator, workspace and a first API key',
    tag: 'Accounts',
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
      schema: z.object({
        tenant_id: z.string(),
        user_id: z.string(),
        workspace_id: z.string(),
        key_id: z.string(),
        api_key: z.string(),
      }),
    },
    errors: ['email_taken'],
    handle: async ({ body }, { accounts }: AccountServices) => {
      const { account, key } = await onboard(
        {
          email: normalizeEmail(body.email),
          password: body.password,
          fullName: body.full_name ?? null,
          workspaceName: body.workspace_name ?? 'Default',
          sector: body.sector ?? null,
        },
        accounts,
      );
      return {
        tenant_id: account.user.tenantId,
        user_id: account.user.userId,
        workspace_id: account.workspaceId,
        key_id: account.key.key.id,
        api_key: key,
      };
    },
  }),
  publicRoute({
    id: 'login',
    service: 'accounts',
    method: 'POST',
    path: '/v1/auth/login',
    summary: 'Log in with e-mail address and password',
    description: 'Takes JSON or a form; `username` may stand for `email` (RFC 6749, 4.3.2).',
    tag: 'Accounts',
    takesForm: true,
    body: z
      .strictObject({
        email: z.string().max(254).optional(),
        username: z.string().max(254).optional(),
        password: z.string().min(1).max(256),
        grant_type: z.literal('password').optional(),
      })
      .refine((body) => (body.email === undefined) !== (body.username === undefined), {
        path: ['email'],
        message: 'is required (or username, not both)',
      }),
    success: {
      status: 200,
      description: 'An access token.',
      schema: z.object({
        access_token: z.string(),
        token_type: z.literal('bearer'),
        expires_in: z.int().describe('Seconds.'),
      }),
      headers: { 'Cache-Control': 'no-store' },
    },
    errors: ['wrong_password', 'rate_limited'],
    handle: async ({ body, origin }, { accounts }: AccountServices) => {
      const { accessToken, expiresInSeconds } = await logIn(
        { email: normalizeEmail(body.email ?? body.username ?? ''), password: body.password },
        origin.address,
        accounts,
      );
      return { access_token: accessToken, token_type: 'bearer', expires_in: expiresInSeconds };
    },
  }),
];
