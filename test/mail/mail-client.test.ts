import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { eventSender } from '../../lambdas/mail/event-client.ts';
import { type ReadyMail, Undeliverable } from '../../lambdas/mail/sender.ts';
import { sesSender } from '../../lambdas/mail/ses-client.ts';
import { mailerFunction } from '../../lambdas/mail/wake-client.ts';

/** What AWS is asked for, and what it answers next. */
let server: Server;
let asked: { readonly path: string; readonly headers: Record<string, unknown>; readonly body: string }[];
let answer: { readonly status: number; readonly error?: string; readonly body?: object };
beforeAll(async () => {
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    asked.push({ path: request.url ?? '', headers: request.headers, body: await text(request) });
    const headers =
      answer.error === undefined ? {} : { 'x-amzn-errortype': `${answer.error}:http://internal/` };
    response.writeHead(answer.status, headers).end(JSON.stringify(answer.body ?? {}));
  };
  server = createServer((request, response) => void serve(request, response));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv('AWS_REGION', 'eu-central-1');
});
afterAll(() => {
  vi.unstubAllEnvs();
  server.close();
});
beforeEach(() => {
  asked = [];
  answer = { status: 200 };
});

const MAIL: ReadyMail = {
  id: 'm1',
  to: 'ada@bücher.example',
  template: 'reset',
  language: 'en',
  subject: 'Choose a new password',
  text: 'text',
  html: '<p>html</p>',
  link: 'https://api.example.com/reset-password?link=a.b',
};

describe('SES', () => {
  const send = () => sesSender('Example <accounts@example.com>').send(MAIL);

  test('gets one signed call with both texts, and the domain in Punycode', async () => {
    await send();
    const [call] = asked;
    expect(call?.path).toBe('/v2/email/outbound-emails');
    expect(call?.headers.authorization).toMatch(/^AWS4-HMAC-SHA256 .*\/eu-central-1\/ses\/aws4_request/);
    expect(JSON.parse(call?.body ?? '')).toMatchObject({
      FromEmailAddress: 'Example <accounts@example.com>',
      Destination: { ToAddresses: ['ada@xn--bcher-kva.example'] },
      Content: { Simple: { Subject: { Data: MAIL.subject }, Body: { Text: { Data: 'text' } } } },
    });
  });

  test('calls a mail wrong: it is given up. Anything else may be tried again', async () => {
    answer = { status: 400, error: 'BadRequestException' };
    await expect(send()).rejects.toBeInstanceOf(Undeliverable);
    for (const [status, error] of [
      [400, 'MessageRejected'],
      [429, 'TooManyRequestsException'],
      [503, 'ServiceUnavailable'],
    ] as const) {
      answer = { status, error };
      const failure = await send().catch((thrown: unknown) => thrown);
      expect(failure).not.toBeInstanceOf(Undeliverable);
      expect(String(failure)).toBe(`Error: SES answered ${status} ${error}`);
    }
  });
});

describe('EventBridge', () => {
  const send = () => eventSender().send(MAIL);

  test('gets an event with the mail and its link', async () => {
    answer = { status: 200, body: { FailedEntryCount: 0, Entries: [{ EventId: 'e' }] } };
    await send();
    const [{ Source, DetailType, Detail }] = JSON.parse(asked[0]?.body ?? '').Entries;
    expect([Source, DetailType, JSON.parse(Detail)]).toEqual(['latchkey', 'Mail', MAIL]);
  });

  test('that takes no event has not taken the mail', async () => {
    answer = { status: 200, body: { FailedEntryCount: 1, Entries: [{ ErrorCode: 'InternalFailure' }] } };
    await expect(send()).rejects.toThrow('InternalFailure');
    answer = { status: 500 };
    await expect(send()).rejects.toThrow('EventBridge answered 500');
  });
});

test('the mailer is told without waiting for it, and a refusal is an error', async () => {
  answer = { status: 202 };
  await mailerFunction('mailer')('m1');
  expect(asked[0]).toMatchObject({
    path: '/2015-03-31/functions/mailer/invocations',
    headers: { 'x-amz-invocation-type': 'Event' },
    body: '{"mailId":"m1"}',
  });
  answer = { status: 429 };
  await expect(mailerFunction('mailer')('m1')).rejects.toThrow('429');
});
