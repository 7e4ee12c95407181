import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NEVER, parseTimestamp, timestamp } from '../../lambdas/kernel/clock.ts';

test('every second before "never" is written as RFC 3339 and read back as it was', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: NEVER - 1 }), (seconds) => {
      const text = timestamp(seconds) ?? '';
      expect(text).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      expect(parseTimestamp(text)).toBe(seconds);
    }),
  );
});

test('"never" is null', () => {
  expect(timestamp(NEVER)).toBeNull();
});

test('an offset is counted, a fraction is rounded down, and letter case does not matter', () => {
  const noon = Date.UTC(2027, 0, 31, 12) / 1000;
  for (const text of [
    '2027-01-31T12:00:00Z',
    '2027-01-31t12:00:00z',
    '2027-01-31T12:00:00.999Z',
    '2027-01-31T14:30:00+02:30',
    '2027-01-31T07:00:00-05:00',
    '2027-01-31 12:00:00Z',
  ]) {
    expect(parseTimestamp(text), text).toBe(noon);
  }
});

test('a day that the calendar does not have is refused, and never another day', () => {
  for (const text of [
    '2027-02-29T00:00:00Z',
    '2027-02-30T00:00:00Z',
    '2027-04-31T00:00:00Z',
    '2027-06-31T12:00:00+02:00',
    '2027-13-01T00:00:00Z',
    '2027-00-01T00:00:00Z',
    '2027-01-32T00:00:00Z',
    '2027-01-00T00:00:00Z',
  ]) {
    expect(parseTimestamp(text), text).toBeUndefined();
  }
  expect(parseTimestamp('2028-02-29T00:00:00Z')).toBe(Date.UTC(2028, 1, 29) / 1000);
});

test('a time without an offset, a bare date and other formats are refused', () => {
  for (const text of [
    '2027-01-31T12:00:00',
    '2027-01-31',
    '1798761600',
    'tomorrow',
    '',
    'Sun, 31 Jan 2027 12:00:00 GMT',
    '2027-01-31T12:00:00Z\n',
    '2027-01-31T25:00:00Z',
    '2027-01-31T12:60:00Z',
    '2027-01-31T12:00:00+99:99',
    '+012027-01-31T12:00:00Z',
  ]) {
    expect(parseTimestamp(text), text).toBeUndefined();
  }
});

test('reading never throws, and gives whole seconds or nothing', () => {
  const near = fc
    .tuple(fc.nat(9999), fc.nat(99), fc.nat(99), fc.nat(99), fc.nat(99), fc.nat(99))
    .map(([year, ...rest]) => {
      const [month, day, hour, minute, second] = rest.map((part) => String(part).padStart(2, '0'));
      return `${String(year).padStart(4, '0')}-${month}-${day}T${hour}:${minute}:${second}Z`;
    });
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), near), (text) => {
      const seconds = parseTimestamp(text);
      expect(seconds === undefined || Number.isSafeInteger(seconds)).toBe(true);
      // What is accepted is the same instant when it is written again: no part was carried over.
      if (seconds !== undefined && seconds < NEVER && seconds >= 0) {
        expect(timestamp(seconds)?.slice(0, 10)).toBe(text.slice(0, 10));
      }
    }),
    { numRuns: 3000 },
  );
});
