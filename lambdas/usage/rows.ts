import * as z from 'zod';
import type { Caller } from '../kernel/caller.ts';
import { timestamp } from '../kernel/clock.ts';
import { time } from '../kernel/fields.ts';
import { routeGroup } from '../kernel/route.ts';
import { findKey } from '../keys/keys.ts';
import type { KeyToolServices } from '../keys/tool-rows.ts';
import { WINDOW_SECONDS } from '../plans/allowance.ts';
import {
  dateOf,
  MAX_USAGE_DAYS,
  REASONS,
  type Reason,
  summarize,
  type UsageReader,
  type UsageSummary,
} from './usage.ts';

/** The services of these rows in the function `management`. */
export interface UsageServices extends KeyToolServices {
  readonly usage: UsageReader;
}

/** Keys of one call: as many as one read of DynamoDB takes (BatchGetItem). */
const MAX_KEYS = 100;

const requests = z.object({ live: z.int(), test: z.int() });

const daysView = z
  .array(requests.extend({ date: z.iso.date() }).meta({ id: 'UsageOfDay' }))
  .describe('Oldest first, today last; days without requests too.');

const REASON_TEXTS: Readonly<Record<Reason, string>> = {
  limit: 'Over the requests a minute of the key (429).',
  scope: 'The key lacks a scope (403).',
  person: 'Only people may do this (403).',
  address: 'From an address that the key does not allow (403).',
  disabled: 'The key is disabled (401).',
  revoked: 'The key is revoked (401).',
  expired: 'The key has expired, or it was replaced and its time is over (401).',
};

export const refusedView = z
  .object(
    Object.fromEntries(REASONS.map((reason) => [reason, z.int().describe(REASON_TEXTS[reason])])) as Record<
      Reason,
      z.ZodInt
    >,
  )
  .meta({ id: 'RefusedRequests' });

/** The parameter that says how many days to list. */
const daysAsked = (otherwise: number) =>
  z.coerce
    .number('must be a whole number of days')
    .int('must be a whole number of days')
    .min(1)
    .max(MAX_USAGE_DAYS)
    .default(otherwise)
    .describe('How many days to list, today included.');

const viewDays = (days: UsageSummary['days']) =>
  days.map(({ day, ...counts }) => ({ date: dateOf(day), ...counts }));

const group = routeGroup<UsageServices>()({ service: 'management', tag: 'Usage' });

export const usageRoutes = group.rows({
  getUsage: group.caller({
    method: 'GET',
    path: '/v1/usage',
    access: { kind: 'credential', scope: 'reading' },
    summary: 'How many requests were made with API keys, by day',
    description:
      'Of the whole tenant, or of one key. A key sees itself and, by `key_id`, the keys of its workspace. ' +
      'Days are those of UTC. Days, month, minutes and refusals are complete after two minutes; the window is as of now. ' +
      'What is refused for the key itself or its address is not among the requests of a day, other refusals are.',
    query: z.strictObject({
      key_id: z
        .string()
        .max(100)
        .optional()
        .describe('One key. Without it: of a person the tenant, of a key itself.'),
      days: daysAsked(30),
    }),
    success: {
      status: 200,
      description: 'The usage: refused requests count too, requests of logins do not.',
      schema: z.object({
        key_id: z.string().nullable().describe('Null for the whole tenant.'),
        this_window: z
          .object({ requests: z.int(), resets_at: time })
          .nullable()
          .describe('The minute that the limit counts; null for the whole tenant, which has none.'),
        today: requests,
        this_month: requests,
        days: daysView,
        refused: refusedView.describe('Refused requests of these days, by the reason.'),
        minutes: z
          .array(z.object({ starts_at: time, requests: z.int() }).meta({ id: 'UsageOfMinute' }))
          .nullable()
          .describe(
            'Of the whole tenant: the last ten minutes, oldest first, this one last. Null for one key.',
          ),
      }),
    },
    errors: ['not_found'],
    handle: async ({ query }, services, caller) => {
      const { usage, verification } = services;
      const keyId = query.key_id ?? (caller.kind === 'key' ? caller.keyId : undefined);
      const now = verification.clock();
      const thisWindow = keyId === undefined ? null : await windowOfKey(keyId, caller, services);
      const used = await (keyId === undefined
        ? usage.ofTenant(caller.tenantId)
        : usage.ofKey(caller.tenantId, keyId));
      const { today, month, days, refused, minutes } = summarize(used, query.days, now);
      return {
        key_id: keyId ?? null,
        this_window: thisWindow,
        today,
        this_month: month,
        days: viewDays(days),
        refused,
        minutes:
          keyId === undefined
            ? minutes.map(({ at, requests }) => ({ starts_at: timestamp(at) ?? '', requests }))
            : null,
      };
    },
  }),
  listKeyUsage: group.person({
    method: 'GET',
    path: '/v1/usage/keys',
    scope: 'keys',
    summary: 'How many requests were made with each of several API keys, by day',
    description: 'Of keys that there are not, nothing was used.',
    query: z.strictObject({
      key_ids: z
        .string()
        .max(10_000)
        .transform((text) => [...new Set(text.split(',').filter((id) => id !== ''))])
        .refine(
          (ids) => ids.length >= 1 && ids.length <= MAX_KEYS,
          `must be 1 to ${MAX_KEYS} ids with commas`,
        )
        .meta({ type: 'string' })
        .describe(`At most ${MAX_KEYS} ids of keys, with commas between them.`),
      days: daysAsked(14),
    }),
    success: {
      status: 200,
      description: 'The usage of each key, in the order that was asked for.',
      schema: z.object({
        data: z.array(
          z.object({
            key_id: z.string(),
            days: daysView,
          }),
        ),
      }),
    },
    errors: [],
    handle: async ({ query: { key_ids: ids, days } }, { usage, verification }, { tenantId }) => {
      const used = await usage.ofKeys(tenantId, ids);
      const now = verification.clock();
      return {
        data: ids.map((id, index) => ({
          key_id: id,
          days: used[index] === undefined ? [] : viewDays(summarize(used[index], days, now).days),
        })),
      };
    },
  }),
});

/** The use of a key in its present window. Throws `not_found` for a key that the caller may not see. */
async function windowOfKey(keyId: string, caller: Caller, { verification }: UsageServices) {
  const { locator } = await findKey(keyId, caller, verification);
  const { count, window } = await verification.records.peekKey(locator, verification.clock());
  return { requests: count, resets_at: timestamp((window + 1) * WINDOW_SECONDS) ?? '' };
}
