import { describe, expect, test } from 'vitest';
import {
  contextLines,
  rootOf,
  startSpan,
  traceContext,
  traceIdOf,
  traceparentOf,
} from '../../lambdas/kernel/trace-context.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';
const VALID = `00-${TRACE}-${PARENT}-01`;
const ROOT = 'Root=1-67891233-abcdef012345678912345678;Sampled=1';

const NOBODY = { share: 0, callersSample: false };
const ALL = { share: 1, callersSample: false };
const of = (traceparent: string | string[], tracestate: string[] = []) =>
  traceContext({ TraceParent: [traceparent].flat(), tracestate });

describe('traceparent (W3C Trace Context Level 2, 3.2)', () => {
  test('is read as its parts', () => {
    expect(of(VALID)).toEqual({
      traceparent: VALID,
      traceId: TRACE,
      parentId: PARENT,
      flags: 1,
      tracestate: null,
    });
  });

  test.each([
    ['without flags', `00-${TRACE}-${PARENT}-00`, 0],
    ['with a random id', `00-${TRACE}-${PARENT}-02`, 2],
    ['with flags that nobody knows', `00-${TRACE}-${PARENT}-ff`, 255],
    ['of a later version', `01-${TRACE}-${PARENT}-01`, 1],
    ['of a later version with more', `cc-${TRACE}-${PARENT}-01-what-is-this`, 1],
  ])('%s is valid', (_, text, flags) => {
    expect(of(text)).toMatchObject({ traceId: TRACE, parentId: PARENT, flags });
  });

  test.each([
    ['nothing', ''],
    ['version ff', `ff-${TRACE}-${PARENT}-01`],
    ['more in version 00', `${VALID}-more`],
    ['more without a hyphen', `${VALID}.`],
    ['a later version that goes on without a hyphen', `01-${TRACE}-${PARENT}-01x`],
    ['capital letters', VALID.toUpperCase()],
    ['a trace id of zeros', `00-${'0'.repeat(32)}-${PARENT}-01`],
    ['a parent id of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['a short trace id', `00-${TRACE.slice(1)}-${PARENT}-01`],
    ['a short parent id', `00-${TRACE}-${PARENT.slice(1)}-01`],
    ['one digit of flags', `00-${TRACE}-${PARENT}-1`],
    ['no flags', `00-${TRACE}-${PARENT}`],
    ['letters that are no digits', `00-${TRACE.replace('0', 'g')}-${PARENT}-01`],
    ['a version of one digit', `0-${TRACE}-${PARENT}-01`],
    ['blanks around it', ` ${VALID} `],
  ])('with %s is none, and its tracestate does not count', (_, text) => {
    expect(of(text, ['a=1'])).toBeUndefined();
  });

  test('that comes twice is none', () => {
    expect(of([VALID, VALID])).toBeUndefined();
  });
});

describe('tracestate (3.3)', () => {
  test.each([
    ['one member', ['a=1'], 'a=1'],
    ['several headers, in their order', ['b=2', 'a=1'], 'b=2,a=1'],
    ['blanks and empty members between', ['a=1 , ,\tb=2'], 'a=1,b=2'],
    ['a tenant in the key', ['tenant@system=x/y:z'], 'tenant@system=x/y:z'],
    ['a blank within a value', ['a=b c'], 'a=b c'],
  ])('with %s is kept', (_, values, kept) => {
    expect(of(VALID, values)?.tracestate).toBe(kept);
  });

  test.each([
    ['no value', ['a=']],
    ['no key', ['=1']],
    ['a capital key', ['A=1']],
    ['an equals sign in a value', ['a=b=c']],
    ['a key twice', ['a=1,a=2']],
    ['a character that is no ASCII', ['a=é']],
    ['a control character', ['a=\u0007']],
    ['33 members', [Array.from({ length: 33 }, (_, index) => `k${index}=1`).join(',')]],
    ['more than 512 characters', [`a=${'x'.repeat(255)},b=${'x'.repeat(256)},c=1`]],
  ])('with %s is dropped, and the trace goes on', (_, values) => {
    expect(of(VALID, values)).toMatchObject({ traceId: TRACE, tracestate: null });
  });
});

describe('our span', () => {
  test('is a child of the caller’s, in its trace, with its state and an id of its own', () => {
    const span = startSpan({ traceparent: [VALID], tracestate: ['a=1'] }, 'request-1', ALL);
    expect(span).toMatchObject({ traceId: TRACE, parentId: PARENT, isSampled: true, tracestate: 'a=1' });
    expect(span.spanId).toMatch(/^[\da-f]{16}$/);
    expect(span.spanId).not.toBe(PARENT);
    expect(traceparentOf(span)).toBe(`00-${TRACE}-${span.spanId}-01`);
    expect(contextLines(traceparentOf(span), span.tracestate)).toEqual([
      ['traceparent', traceparentOf(span)],
      ['tracestate', 'a=1'],
    ]);
  });

  test('begins a trace without a valid one: with API Gateway’s id, else a random one', () => {
    const headers = { traceparent: ['nonsense'], tracestate: ['a=1'], 'X-Amzn-Trace-Id': [ROOT] };
    expect(startSpan(headers, 'request-1', NOBODY)).toMatchObject({
      traceId: '67891233abcdef012345678912345678',
      parentId: null,
      tracestate: null,
      isRandom: false,
    });
    const [first, second] = [startSpan({}, 'request-1', ALL), startSpan({}, 'request-1', ALL)];
    expect(first.traceId).not.toBe(second.traceId);
    expect(traceContext({ traceparent: [traceparentOf(first)] })).toMatchObject({ flags: 3 });
  });

  test('says that an id is random where the caller does', () => {
    expect(startSpan({ traceparent: [`00-${TRACE}-${PARENT}-02`] }, 'r', NOBODY).isRandom).toBe(true);
    expect(startSpan({ traceparent: [VALID] }, 'r', NOBODY).isRandom).toBe(false);
  });

  test('is not recorded because a caller says so, unless the configuration lets callers', () => {
    const headers = { traceparent: [VALID] };
    expect(startSpan(headers, 'request-1', NOBODY).isSampled).toBe(false);
    expect(startSpan(headers, 'request-1', { share: 0, callersSample: true }).isSampled).toBe(true);
    const unsampled = { traceparent: [`00-${TRACE}-${PARENT}-00`] };
    expect(startSpan(unsampled, 'request-1', { share: 0, callersSample: true }).isSampled).toBe(false);
  });

  test('is recorded by the id of the request, alike in every function, whatever trace the caller names', () => {
    const share = { share: 0.25, callersSample: false };
    const ids = Array.from({ length: 2_000 }, (_, index) => `request-${index}`);
    const recorded = (headers: object) => ids.filter((id) => startSpan({ ...headers }, id, share).isSampled);
    expect(recorded({ traceparent: [VALID] })).toEqual(recorded({}));
    expect(recorded({}).length / ids.length).toBeCloseTo(0.25, 1);
  });
});

test('the id in logs is the caller’s, else API Gateway’s', () => {
  expect(traceIdOf({ traceparent: [VALID], 'x-amzn-trace-id': [ROOT] })).toBe(TRACE);
  expect(traceIdOf({ traceparent: ['x'], 'x-amzn-trace-id': [ROOT] })).toBe(rootOf(ROOT));
  expect(traceIdOf({})).toBeUndefined();
  expect(rootOf(`Self=1-67891234-${'1'.repeat(24)};${ROOT}`)).toBe('67891233abcdef012345678912345678');
});
