import type { ChangeOrigin } from '../audit/entries.ts';
import type { Clock } from '../kernel/clock.ts';
import type { BrowserSignIns } from './browser-sign-ins.ts';
import type { SessionStore } from './sessions.ts';
import type { User } from './user.ts';

export interface OwnSessionsContext {
  readonly sessions: Pick<SessionStore, 'end' | 'list'>;
  readonly signIns: BrowserSignIns;
  readonly clock: Clock;
}

/** Ends a session or a sign-in of a person by its id; whether there was one. */
export async function endOwn(
  person: Pick<User, 'tenantId' | 'userId'>,
  id: string,
  origin: ChangeOrigin,
  { sessions, signIns, clock }: OwnSessionsContext,
): Promise<boolean> {
  const open = await sessions.list(person.userId, clock());
  if (!open.some(({ sessionId }) => sessionId === id)) return signIns.endOf(person, id, origin, clock());
  await sessions.end({ sessionId: id, userId: person.userId }, origin);
  return true;
}

/** Ends all sessions and sign-ins of a person but the one with the id `kept`. Gives how many there were. */
export async function endOthers(
  person: Pick<User, 'tenantId' | 'userId'>,
  kept: string | null,
  origin: ChangeOrigin,
  { sessions, signIns, clock }: OwnSessionsContext,
): Promise<number> {
  const { userId } = person;
  let ended = 0;
  for (const { sessionId } of await sessions.list(userId, clock())) {
    if (sessionId === kept) continue;
    await sessions.end({ sessionId, userId }, origin);
    ended += 1;
  }
  for (const { signInId } of await signIns.ofPerson(userId, clock())) {
    if (signInId === kept) continue;
    if (await signIns.endOf(person, signInId, origin, clock())) ended += 1;
  }
  return ended;
}
