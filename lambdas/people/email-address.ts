import * as z from 'zod';

/** Octets of an address at most (RFC 5321, 4.5.3.1.3); characters beyond ASCII take several (RFC 6532, 3.1). */
const MAX_OCTETS = 254;
/** Octets of a label of a domain (RFC 1035, 2.3.4). */
const MAX_LABEL_OCTETS = 63;

/** Blanks, controls, and what shows as nothing: two addresses that look alike would be two people. */
const INVISIBLE = /[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]/u;
/** `dot-atom` of RFC 5322, 3.2.3, with the letters of all scripts (RFC 6531, 3.3). */
const LOCAL_PART =
  /^[\w!#$%&'*+/=?^`{|}~\-\u{80}-\u{10ffff}]+(?:\.[\w!#$%&'*+/=?^`{|}~\-\u{80}-\u{10ffff}]+)*$/u;
/** A label of a domain: letters of all scripts, digits and hyphens inside. */
const LABEL = /^[\p{L}\p{M}\p{N}](?:[\p{L}\p{M}\p{N}-]*[\p{L}\p{M}\p{N}])?$/u;

/**
 * An e-mail address as it is stored and compared, or what is wrong with the text. The one rule of all entrances: letter
 * case makes no other address, anything else does. What normalization (Unicode NFKC) would make another address of is
 * none, as are invisible characters: whose address merely looks like somebody's must not come in as them.
 */
export function parseEmail(text: string): { readonly email: string } | { readonly fault: string } {
  if (text.includes(' ')) return { fault: 'must not contain a blank: in a form, encode + as %2B' };
  if (!text.isWellFormed() || INVISIBLE.test(text)) return { fault: 'must not contain invisible characters' };
  if (text.normalize('NFKC') !== text)
    return {
      fault: 'must be written in Unicode normalization form KC (NFKC): its characters have another form',
    };
  const email = text.toLowerCase();
  const at = email.lastIndexOf('@');
  const labels = email.slice(at + 1).split('.');
  const isAddress =
    at > 0 &&
    Buffer.byteLength(email) <= MAX_OCTETS &&
    LOCAL_PART.test(email.slice(0, at)) &&
    labels.length > 1 &&
    labels.every((label) => LABEL.test(label) && Buffer.byteLength(label) <= MAX_LABEL_OCTETS) &&
    // A number at the end is an IP address.
    !/^\d+$/.test(labels.at(-1) ?? '');
  return isAddress ? { email } : { fault: 'must be an e-mail address, like ada@example.com' };
}

/** The address of a request. Blanks around it, as pasting leaves them, are not part of it. */
export const email = z
  .string()
  .max(MAX_OCTETS)
  .transform((text, context) => {
    const parsed = parseEmail(text.trim());
    if ('email' in parsed) return parsed.email;
    context.addIssue({ code: 'custom', message: parsed.fault });
    return z.NEVER;
  })
  .meta({
    format: 'idn-email',
    description:
      'Letters of any script (RFC 6531), in Unicode NFKC, without invisible characters; letter case makes no difference.',
  });
