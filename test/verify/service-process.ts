/** A service in a process of its own: asks its verifier as often as it is told, all at once, and prints the statuses. */
import { createVerifier } from '../../lambdas/verify/index.ts';

const { count, key } = JSON.parse(process.argv[2] ?? '{}');
const verifier = createVerifier();
const outcomes = await Promise.all(
  Array.from({ length: count }, () =>
    verifier.verify({
      method: 'GET',
      path: '/items',
      headers: { authorization: [`Bearer ${key}`] },
      sourceAddress: '192.0.2.7',
    }),
  ),
);
console.log(JSON.stringify(outcomes.map((outcome) => (outcome.isVerified ? 200 : outcome.status))));
