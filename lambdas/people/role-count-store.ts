import type { Role } from '../contract/scopes.ts';
import { tenantKey } from '../kernel/item-keys.ts';
import { N } from '../kernel/items.ts';
import { Problem } from '../kernel/problem.ts';
import type { TransactionWrite } from '../kernel/table.ts';
import type { Condition } from '../kernel/update.ts';
import { MAX_USERS } from './people.ts';

/** The attribute of a tenant that counts its people with a role. Before roles had names of the owner's, `admin` alone was counted. */
export function countOf(role: Role): string {
  return role === 'admin' ? 'adminCount' : `people:${role}`;
}

/** Counts a person who comes (`to`), goes (`from`), or has another role. Of those who manage people one always stays. */
export function countPeople(
  tenantId: string,
  { from, to }: { readonly from?: Role; readonly to?: Role },
  managers: readonly Role[],
): TransactionWrite {
  const manages = (role: Role | undefined) => role !== undefined && managers.includes(role);
  const others = manages(from) && !manages(to) ? managers.filter((role) => role !== from) : undefined;
  const people = Number(to !== undefined) - Number(from !== undefined);
  return {
    Update: {
      Key: tenantKey(tenantId),
      UpdateExpression: [
        'ADD userCount :people',
        ...(from === undefined ? [] : ['#from :less']),
        ...(to === undefined ? [] : ['#to :one']),
      ].join(', '),
      ConditionExpression: [
        'attribute_exists(PK)',
        ...(others === undefined
          ? []
          : [`(${['#from > :one', ...others.map((_, index) => `#other${index} > :none`)].join(' OR ')})`]),
        ...(people > 0 ? ['(attribute_not_exists(userCount) OR userCount < :most)'] : []),
      ].join(' AND '),
      ExpressionAttributeNames: {
        ...(from === undefined ? {} : { '#from': countOf(from) }),
        ...(to === undefined ? {} : { '#to': countOf(to) }),
        ...Object.fromEntries((others ?? []).map((role, index) => [`#other${index}`, countOf(role)])),
      },
      ExpressionAttributeValues: {
        ':people': N(people),
        ...(from === undefined ? {} : { ':less': N(-1) }),
        ...(to === undefined && others === undefined ? {} : { ':one': N(1) }),
        ...(others === undefined || others.length === 0 ? {} : { ':none': N(0) }),
        ...(people > 0 ? { ':most': N(MAX_USERS) } : {}),
      },
    },
    ...(others === undefined ? {} : { otherwise: lastAdministrator() }),
    ...(people > 0 ? { otherwise: tooManyPeople() } : {}),
  };
}

/**
 * The condition that the person who has a role that manages people is the only one who does, on the tenant's item.
 * @param role - one of `managers`
 */
export function onlyManager(role: Role, managers: readonly Role[]): Condition {
  const others = managers.filter((other) => other !== role);
  return {
    condition: ['#manager = :one', ...others.map((_, index) => noneOf(`#other${index}`))].join(' AND '),
    names: {
      '#manager': countOf(role),
      ...Object.fromEntries(others.map((other, index) => [`#other${index}`, countOf(other)])),
    },
    values: { ':one': N(1), ...(others.length === 0 ? {} : { ':none': N(0) }) },
  };
}

function noneOf(name: string): string {
  return `(attribute_not_exists(${name}) OR ${name} = :none)`;
}

function lastAdministrator(): Problem {
  return new Problem('conflicting_state', {
    message: 'This is the last administrator. Make another one first, or close the tenant.',
  });
}

function tooManyPeople(): Problem {
  return new Problem('limit_reached', { message: `A tenant has at most ${MAX_USERS} people.` });
}
