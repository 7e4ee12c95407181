import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { accountRoutes } from '../../lambdas/people/account-rows.ts';
import { email, parseEmail } from '../../lambdas/people/email-address.ts';
import { peopleRoutes } from '../../lambdas/people/rows.ts';

const of = (text: string) => {
  const parsed = parseEmail(text);
  return 'email' in parsed ? parsed.email : parsed.fault;
};

describe('an address', () => {
  test.each([
    'ada@example.com',
    'bob+test@example.com',
    'user@example.xn--p1ai',
    'user@пример.рф',
    'jörg@example.com',
    'user&co@example.com',
    'user=x@example.com',
    'a/b@example.com',
    "o'neil@sub.example.co.uk",
    '田中@例え.テスト',
    `${'l'.repeat(242)}@example.com`,
  ])('%s is taken as it stands', (text) => {
    expect(of(text)).toBe(text);
    expect(email.parse(text)).toBe(text);
  });

  test('is the same in any letter case, and with blanks around it in a request', () => {
    for (const text of [' Ada@Example.COM ', 'ADA@EXAMPLE.COM', 'ada@example.com\n']) {
      expect(email.parse(text)).toBe('ada@example.com');
    }
    expect(email.parse('JÖRG@example.com')).toBe('jörg@example.com');
    expect(of('ada+1@example.com')).not.toBe('ada@example.com');
  });

  test.each([
    ['', /like ada@example.com/],
    ['ada', /like ada@example.com/],
    ['ada@', /like ada@example.com/],
    ['@example.com', /like ada@example.com/],
    ['ada@example', /like ada@example.com/],
    ['ada@192.0.2.1', /like ada@example.com/],
    ['ada@[192.0.2.1]', /like ada@example.com/],
    ['a@b@example.com', /like ada@example.com/],
    ['.ada@example.com', /like ada@example.com/],
    ['a..da@example.com', /like ada@example.com/],
    ['ada@-example.com', /like ada@example.com/],
    ['ada@example-.com', /like ada@example.com/],
    ['ada@example..com', /like ada@example.com/],
    ['"ada"@example.com', /like ada@example.com/],
    ['ada<x>@example.com', /like ada@example.com/],
    [`${'l'.repeat(243)}@example.com`, /like ada@example.com/],
    [`${'ö'.repeat(125)}@example.com`, /like ada@example.com/],
    [`a@${'d'.repeat(64)}.com`, /like ada@example.com/],
    ['bob test@example.com', /encode \+ as %2B/],
    ['ada@exam ple.com', /encode \+ as %2B/],
    ['\u{ff41}lice@example.com', /NFKC/],
    ['alice@\u{ff45}xample.com', /NFKC/],
    ['al\u{2170}ce@example.com', /NFKC/],
    ['jo\u{308}rg@example.com', /NFKC/],
    ['\u{212a}ate@example.com', /NFKC/],
    ['al\u{ad}ice@example.com', /invisible/],
    ['al\u{200b}ice@example.com', /invisible/],
    ['al\u{200d}ice@example.com', /invisible/],
    ['al\u{202e}ice@example.com', /invisible/],
    ['al\u{34f}ice@example.com', /invisible/],
    ['al\u{fe0f}ice@example.com', /invisible/],
    ['al\u{115f}ice@example.com', /invisible/],
    ['al\u{2800}ice@example.com', /invisible/],
    ['al\u{e0001}ice@example.com', /invisible/],
    ['al\u{a0}ice@example.com', /invisible/],
    ['al\tice@example.com', /invisible/],
    ['al\0ice@example.com', /invisible/],
    ['al\u{d800}ice@example.com', /invisible/],
  ])('is not %j', (text, reason) => {
    expect(of(text)).toMatch(reason);
    expect(email.safeParse(text).success).toBe(false);
  });
});

test('no character beyond ASCII makes the address of somebody whose address is ASCII', () => {
  const impostors: string[] = [];
  for (let code = 0x80; code <= 0x10ffff; code += 1) {
    const parsed = parseEmail(`${String.fromCodePoint(code)}da@example.com`);
    if ('email' in parsed && /^[\0-\x7f]*$/.test(parsed.email)) impostors.push(code.toString(16));
  }
  expect(impostors).toEqual([]);
});

test('an address that was taken is taken as it is stored, and means the same', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }), (local) => {
      const parsed = parseEmail(`${local}@example.com`);
      if ('email' in parsed) expect(parseEmail(parsed.email)).toEqual(parsed);
    }),
  );
});

test('every row that takes an address takes it by this rule', () => {
  const rows = [...accountRoutes.rows, ...peopleRoutes.rows];
  const fields = rows.flatMap(({ id, body }) => {
    const shape = body !== undefined && 'shape' in body ? (body.shape as Record<string, unknown>) : {};
    return ['email', 'username']
      .filter((name) => name in shape)
      .map((name) => [id, name, shape[name]] as const);
  });
  expect(fields.map(([id, name]) => `${id} ${name}`)).toEqual([
    'onboard email',
    'signUp email',
    'login email',
    'login username',
    'createUser email',
  ]);
  for (const [, , schema] of fields) {
    const bare = schema instanceof Object && 'unwrap' in schema ? (schema.unwrap as () => unknown)() : schema;
    expect(bare).toBe(email);
  }
});
