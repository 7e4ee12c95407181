import { expect, test } from 'vitest';
import { deploymentsIn } from '../../ops/outputs.ts';

test('a stack that is a Latchkey has its outputs by their names', () => {
  const outputs = { TableName: 't', KeysetSecretArn: 'k' };
  expect(deploymentsIn('Latchkey', outputs)).toEqual([{ name: 'Latchkey', outputs }]);
});

test('a Latchkey in a stack of others is called by the stack', () => {
  const outputs = {
    OrdersUrl: 'https://orders',
    LatchkeyApiUrl0A1B2C3D: 'https://door',
    LatchkeyTableName12345678: 't',
    LatchkeyLedgerTableName9ABCDEF0: 'l',
    LatchkeyKeysetSecretArn0F1E2D3C: 'k',
  };
  expect(deploymentsIn('orders', outputs)).toEqual([
    {
      name: 'orders',
      outputs: expect.objectContaining({
        ApiUrl: 'https://door',
        TableName: 't',
        LedgerTableName: 'l',
        KeysetSecretArn: 'k',
      }),
    },
  ]);
});

test('of several, each has its path behind the stack', () => {
  const outputs = {
    FirstTableName12345678: 'f',
    FirstKeysetSecretArn12345678: 'fk',
    SecondTableName12345678: 's',
    SecondKeysetSecretArn12345678: 'sk',
  };
  const found = deploymentsIn('orders', outputs).map(({ name, outputs: { TableName } }) => [name, TableName]);
  expect(found).toEqual([
    ['orders/First', 'f'],
    ['orders/Second', 's'],
  ]);
});

test('a stack without one has none', () => {
  expect(deploymentsIn('orders', { OrdersUrl: 'https://orders' })).toEqual([]);
});
