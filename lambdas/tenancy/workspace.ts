import { timestamp } from '../kernel/clock.ts';
import { text as textOf } from '../kernel/items.ts';
import { type AskedOf, type ChangeOf, defineRecord } from '../kernel/record.ts';
import { type InAttribute, number, readOff, text } from '../kernel/stored.ts';

export interface Workspace {
  readonly id: string;
  readonly tenantId: string;
  readonly name: string;
  /** `closing`: its keys are refused and are being revoked; nothing brings it back. */
  readonly state: 'active' | 'closing';
  /** Keys that are not revoked; expired ones count until they are deleted. */
  readonly keys: number;
  /** Where people work who pick none; it cannot be deleted. */
  readonly isDefault: boolean;
  readonly createdAt: number;
}

const CLOSING: InAttribute<Workspace['state']> = {
  attribute: 'closing',
  read: (item) => (item.closing?.BOOL === true ? 'closing' : 'active'),
  write: (state) => (state === 'closing' ? { BOOL: true } : undefined),
};

/**
 * The fields of a workspace (CONTRIBUTING, "Add a field"): one item, `TENANT#<t>` / `WORKSPACE#<w>`, which is read with
 * the `defaultWorkspace` of its tenant beside it.
 */
export const WORKSPACE = defineRecord<Workspace, 'row'>()({
  id: { on: 'row', stored: readOff(workspaceIdOf), view: 'id' },
  tenantId: { on: 'row', stored: readOff((item) => textOf(item, 'PK').slice('TENANT#'.length)) },
  name: { on: 'row', stored: text('name'), patch: true, view: 'name', audit: 'name' },
  state: {
    on: 'row',
    stored: CLOSING,
    initial: 'active',
    patch: 'by rule',
    view: 'status',
    audit: 'state',
    auditChangesOnly: true,
  },
  isDefault: {
    on: 'row',
    stored: readOff((item) => item.defaultWorkspace?.S === workspaceIdOf(item)),
    initial: false,
    view: 'is_default',
  },
  keys: { on: 'row', stored: number('keyCount'), initial: 0, view: 'key_count' },
  createdAt: { on: 'row', stored: number('createdAt'), view: { created_at: (at) => timestamp(at) ?? '' } },
});

/** Fields of requests for a workspace, taken as they are. */
export type WorkspaceFields = AskedOf<typeof WORKSPACE>;

/** A change of a workspace; absent fields stay. */
export type WorkspaceChange = Omit<ChangeOf<typeof WORKSPACE>, 'state'>;

function workspaceIdOf(item: Parameters<typeof textOf>[0]): string {
  return textOf(item, 'SK').slice('WORKSPACE#'.length);
}
