import { expect, test } from 'vitest';
import { addressesOf, metadataOf, metadataText } from '../../../console/keys/lines.ts';

test('metadata are the same after an edit that leaves them: commas, equals signs and empty values too', () => {
  const metadata = {
    teams: 'search, billing,ops',
    query: 'a=1&b==2',
    owner: 'Ada Lovelace',
    empty: '',
  };
  expect(metadataOf(metadataText(metadata))).toEqual(metadata);
});

test('metadata are taken line by line, without the spaces around names and values, and without empty lines', () => {
  expect(metadataOf('\n team = search \r\n\r\nowner=\nalone\n')).toEqual({
    team: 'search',
    owner: '',
    alone: '',
  });
  expect(metadataOf(' \n ')).toEqual({});
});

test('addresses are taken one a line, or between commas', () => {
  expect(addressesOf('192.0.2.1\n 2001:db8::/32 ,198.51.100.0/24,\n\n')).toEqual([
    '192.0.2.1',
    '2001:db8::/32',
    '198.51.100.0/24',
  ]);
  expect(addressesOf(' ')).toEqual([]);
});
