import type { ZxcvbnFactory, ZxcvbnResult } from '@zxcvbn-ts/core';
import { invalidField } from '../kernel/problem.ts';

/** Of 0 to 4: from 2 on, guessing takes a million tries or more (zxcvbn). Pauses and Argon2id stand before each. */
const LEAST_SCORE = 2;

/** Characters that are estimated: more cost time that grows with their square, and a weak beginning is told as such. */
const ESTIMATED_LENGTH = 64;

/** The estimator's warnings, as the end of our sentence. */
const REASONS: Readonly<Record<string, string>> = {
  straightRow: 'its keys stand in a row',
  keyPattern: 'its keys make a pattern on the keyboard',
  simpleRepeat: 'it repeats one character',
  extendedRepeat: 'it repeats a part of itself',
  sequences: 'it is a sequence, like abc or 6543',
  recentYears: 'it is a year',
  dates: 'it is a date',
  topTen: 'it is one of the most common passwords',
  topHundred: 'it is one of the most common passwords',
  common: 'it is a common password',
  similarToCommon: 'it is close to a common password',
  wordByItself: 'it is a single word',
  namesByThemselves: 'it is a name',
  commonNames: 'it is a common name',
  userInputs: 'it is made of your e-mail address',
};

let estimator: Promise<ZxcvbnFactory> | undefined;

/** Made when the first password is chosen: unpacking its lists takes a tenth of a second, and a login needs none. */
async function newEstimator(): Promise<ZxcvbnFactory> {
  const [{ ZxcvbnFactory }, { adjacencyGraphs, dictionary }] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
  ]);
  return new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs, maxLength: ESTIMATED_LENGTH });
}

/**
 * Throws `invalid_field`, with the reason, for a password that is guessed within a million tries: common ones, patterns of
 * the keyboard, repetitions, sequences, dates, and parts of the address.
 * @param field the name of the password's field in the request
 */
export async function requireStrongPassword(password: string, email: string, field: string): Promise<void> {
  estimator ??= newEstimator();
  const own = [email, email.slice(0, email.lastIndexOf('@')), ...email.split(/[@.+_-]/)].filter(
    (part) => part.length > 2,
  );
  const result = (await estimator).check(password.normalize('NFC'), own);
  if (result.score >= LEAST_SCORE && !isInList(result)) return;
  const reason = REASONS[result.feedback.warning ?? ''] ?? 'it is short, or of few different characters';
  throw invalidField(field, `is easy to guess: ${reason}. Choose a longer one, or several words`);
}

/** Whether all of it stands in a list, in whatever case: of a rare one that alone would take many tries. */
function isInList({ sequence: [match, ...more] }: ZxcvbnResult): boolean {
  return match?.pattern === 'dictionary' && more.length === 0;
}
