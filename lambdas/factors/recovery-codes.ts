import { createHash, randomInt } from 'node:crypto';

export const RECOVERY_CODES = 10;

/** Letters and digits that are not taken for each other. */
const ALPHABET = 'ABCDEFGHJKMNPQRSTVWXYZ23456789';
/** Characters of a code: 117 bits of chance, beyond the 112 for which a plain hash may be stored (OWASP ASVS 5.0, 6.5.2). */
const LENGTH = 24;
const GROUP = 6;

/** Makes a set of codes as people see them: `ABCDEF-GHJKMN-PQRSTV-WXYZ23`. */
export function newRecoveryCodes(): readonly string[] {
  return Array.from({ length: RECOVERY_CODES }, () => {
    const letters = Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
    return (letters.match(new RegExp(`.{${GROUP}}`, 'g')) ?? []).join('-');
  });
}

/** The stored form of a code as a person has typed it: case and what is between the letters say nothing. */
export function hashRecoveryCode(typed: string): string {
  const letters = typed.toUpperCase().replace(/[^A-Z0-9]/g, '');
  return createHash('sha256').update(`recovery\0${letters}`).digest('base64url');
}
