import { connect, getMe, getTenant } from '../../typescript/src/api.ts';
import { PermissionError } from '../../typescript/src/index.ts';
import { claimsOf } from '../claims.ts';
import type { Command } from '../command.ts';
import { Output } from '../output.ts';
import { openSession, type Session } from '../session.ts';

/** Who calls, as `whoami` shows it. */
export interface Identity {
  readonly url: string;
  readonly kind: 'user' | 'key';
  /** Where the credential comes from. */
  readonly credential: Session['source'];
  readonly user_id?: string | undefined;
  readonly key_id?: string | undefined;
  readonly name?: string | undefined;
  readonly tenant_id: string | undefined;
  readonly tenant_name?: string | undefined;
  /** Null where the token names none: then it is the one that the person chose when they agreed. */
  readonly workspace_id: string | null;
  readonly scopes: readonly string[];
  readonly expires_at: string | null;
}

export const whoamiCommands: readonly Command[] = [
  {
    usage: 'whoami',
    summary: 'Show who you are to which deployment, and what you may do',
    run: async ({ values, io }) => {
      new Output(io, values).fields({ ...(await identityOf(await openSession(values, io))) });
    },
  },
];

/** Who calls, asked of the server: a credential that it refuses is an error. */
export async function identityOf(session: Session): Promise<Identity> {
  const { url, latchkey, source, accessToken } = session;
  const client = connect(latchkey);
  const known = { url, credential: source };
  if (accessToken === undefined) {
    const { data: me } = await getMe({ client, throwOnError: true });
    const { tenant_id, workspace_id, scopes, key } = me;
    const expires_at = key?.expires_at ?? null;
    return {
      ...known,
      kind: 'key',
      key_id: key?.id,
      name: key?.name,
      tenant_id,
      workspace_id,
      scopes,
      expires_at,
    };
  }
  // A program that acts for a person is told nothing of them (docs/oauth.md): its token says what there is to say.
  const tenant_name = await tenantName(client);
  const { sub, tid, wid, scope = '', exp = 0 } = claimsOf(await accessToken());
  return {
    ...known,
    kind: 'user',
    user_id: sub,
    tenant_id: tid,
    tenant_name,
    workspace_id: wid ?? null,
    scopes: scope.split(' ').filter((each) => each !== ''),
    expires_at: new Date(exp * 1000).toISOString(),
  };
}

/** Undefined for whoever may not read it. */
async function tenantName(client: ReturnType<typeof connect>): Promise<string | undefined> {
  try {
    return (await getTenant({ client, throwOnError: true })).data.name;
  } catch (error) {
    if (error instanceof PermissionError) return undefined;
    throw error;
  }
}
