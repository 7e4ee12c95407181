import { randomInt } from 'node:crypto';
import type { RequestOrigin } from '../audit/entries.ts';
import type { Client } from '../clients/client.ts';
import { Problem } from '../kernel/problem.ts';
import type { Grant } from '../sessions/grants.ts';
import type { ClientGrant } from '../sessions/refresh-tokens.ts';
import type { NewSession } from '../sessions/sessions.ts';
import { type Approval, type Consenter, hashCode, newCode } from './codes.ts';
import { approve, type TokenContext } from './token.ts';

/** RFC 8628, 3.4. */
export const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

/** Seconds for which a device waits for its person. */
export const DEVICE_SECONDS = 600;

/** Seconds between two requests of a device. */
export const POLL_SECONDS = 5;

/** Consonants that are not taken for digits or for each other, and spell no words (RFC 8628, 6.1). */
const USER_CODE_LETTERS = 'BCDFGHJKLMNPQRSTVWXZ';
const USER_CODE_LENGTH = 8;

/** What a device asks for, before a person has seen it. */
export interface DeviceRequest {
  readonly userCode: string;
  readonly clientId: string;
  /** Declared scopes; null where none are named. */
  readonly scopes: ClientGrant['scopes'] | null;
  /** As in {@link ClientGrant}. */
  readonly resource: string;
  /** Unix seconds. */
  readonly expiresAt: number;
}

/** A device that waits, or whose person has decided. */
export interface Device extends DeviceRequest {
  /** The hash of its device code. */
  readonly hash: string;
  readonly state: 'waiting' | 'denied' | 'approved' | 'used';
  /** Of one that is approved or used. */
  readonly approval: Approval | null;
  /** Of one that is used. */
  readonly sessionId: string | null;
}

export interface DeviceStore {
  /** False when another device has the user code now. */
  begin(hash: string, request: DeviceRequest, now: number): Promise<boolean>;
  find(hash: string): Promise<Device | undefined>;
  /** The device that shows a user code; undefined for none that waits still. */
  findWaiting(userCode: string, now: number): Promise<Device | undefined>;
  /** Notes what the person has decided; null denies. False when it waits no more. */
  decide(hash: string, approval: Omit<Approval, 'expiresAt'> | null, now: number): Promise<boolean>;
  /** Notes a request of a waiting device. False when the last one was less than {@link POLL_SECONDS} ago. */
  poll(hash: string, now: number): Promise<boolean>;
  /** As `CodeStore.redeem`. */
  redeem(hash: string, session: NewSession, now: number): Promise<boolean>;
}

export interface DeviceContext {
  readonly devices: DeviceStore;
}

/** Begins: the device keeps the code, and shows the other one. */
export async function beginDevice(
  request: Omit<DeviceRequest, 'userCode' | 'expiresAt'>,
  devices: DeviceStore,
  now: number,
): Promise<{ readonly deviceCode: string; readonly userCode: string }> {
  for (;;) {
    const [deviceCode, userCode] = [newCode(), newUserCode()];
    const begun = { ...request, userCode, expiresAt: now + DEVICE_SECONDS };
    if (await devices.begin(hashCode(deviceCode), begun, now)) return { deviceCode, userCode };
  }
}

function newUserCode(): string {
  return Array.from(
    { length: USER_CODE_LENGTH },
    () => USER_CODE_LETTERS[randomInt(USER_CODE_LETTERS.length)],
  ).join('');
}

/** A user code as it is shown: in two groups. */
export function shownUserCode(userCode: string): string {
  return `${userCode.slice(0, 4)}-${userCode.slice(4)}`;
}

/** A user code as a person has typed it (RFC 8628, 6.1): case and what is between the letters say nothing. Undefined for no code. */
export function readUserCode(typed: string): string | undefined {
  const letters = typed.toUpperCase().replace(/[^A-Z0-9]/g, '');
  const isCode =
    letters.length === USER_CODE_LENGTH && [...letters].every((each) => USER_CODE_LETTERS.includes(each));
  return isCode ? letters : undefined;
}

/** What a person approves of a device. */
export function deviceApproval(
  { clientId, resource }: Device,
  consenter: Consenter,
  scopes: ClientGrant['scopes'],
): Omit<Approval, 'expiresAt'> {
  return { ...consenter, grant: { clientId, scopes, resource } };
}

/**
 * Gives tokens for a device code, once its person has agreed. Throws `authorization_pending`, `slow_down`, `access_denied`,
 * `expired_token` and `invalid_grant` (RFC 8628, 3.5).
 */
export async function redeemDevice(
  deviceCode: string,
  client: Client,
  from: RequestOrigin,
  context: TokenContext & DeviceContext,
): Promise<Grant> {
  const { devices, sessions, clock } = context;
  const hash = hashCode(deviceCode);
  const now = clock();
  const device = await devices.find(hash);
  if (device === undefined || device.clientId !== client.clientId) throw new Problem('invalid_grant');
  if (device.state === 'used') {
    if (device.approval !== null && device.sessionId !== null) {
      const { userId } = device.approval;
      await sessions.end({ sessionId: device.sessionId, userId }, { actor: 'system', ...from }, 'code-reuse');
    }
    throw new Problem('invalid_grant');
  }
  if (device.expiresAt <= now) throw new Problem('expired_token');
  if (device.state === 'denied') throw new Problem('access_denied');
  if (device.state === 'waiting' || device.approval === null)
    throw new Problem((await devices.poll(hash, now)) ? 'authorization_pending' : 'slow_down');
  return approve(device.approval, from, context, async (session) => {
    if (!(await devices.redeem(hash, session, now))) throw new Problem('invalid_grant');
  });
}
