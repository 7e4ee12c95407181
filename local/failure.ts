/** Something the developer can put right: its message is one line that says what, and is all that is shown. */
export class LocalStackError extends Error {
  override readonly name = 'LocalStackError';
}
