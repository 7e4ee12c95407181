import { randomUUID } from 'node:crypto';
import { ACCOUNT, REGION } from './cloudformation/identities.ts';
import type { StackTemplate } from './cloudformation/stack-template.ts';
import { LocalStackError } from './failure.ts';
import type { Functions } from './lambda/functions.ts';
import type { Logger } from './log.ts';

/** Something that runs at times which an expression of EventBridge describes. */
export interface Schedule {
  readonly name: string;
  readonly expression: string;
  /** From when the first period counts, in epoch milliseconds. */
  readonly since: number;
  run(): Promise<unknown>;
}

interface RuleProperties {
  readonly ScheduleExpression?: string;
  readonly State?: string;
  readonly Targets?: readonly RuleTarget[];
  readonly Target?: RuleTarget;
}

interface RuleTarget {
  readonly Arn: string;
  readonly Input?: string;
}

/** The schedules of the template's rules, each calling its functions. */
export function templateSchedules(
  template: StackTemplate,
  functions: Functions,
  now: () => number,
): Schedule[] {
  const resources = ['AWS::Events::Rule', 'AWS::Scheduler::Schedule'].flatMap((type) =>
    template.ofType<RuleProperties>(type),
  );
  return resources.flatMap(({ logicalId, attributes, properties }) => {
    const { ScheduleExpression: expression, Targets = [], Target, State } = properties;
    if (expression === undefined || State === 'DISABLED') return [];
    // A rule calls by the function's own policy; a schedule of the newer Scheduler by a role.
    const isPermitted = ({ Arn }: RuleTarget) =>
      functions.permits(Arn, 'events.amazonaws.com', attributes.Arn ?? '');
    const targets = [...Targets.filter(isPermitted), ...(Target === undefined ? [] : [Target])];
    for (const { Arn } of Targets.filter((target) => !isPermitted(target)))
      template.unserved(`${logicalId} has no permission to invoke ${Arn}`);
    const known = targets.filter(({ Arn }) => functions.has(Arn));
    for (const { Arn } of targets.filter((target) => !known.includes(target)))
      template.unserved(`${logicalId} calls ${Arn}, which is no function of this stack`);
    const fault = scheduleFault(expression);
    if (fault !== undefined) template.unserved(`${logicalId}: ${fault}`);
    return (fault === undefined ? known : []).map((target) => ({
      name: logicalId,
      expression,
      since: now(),
      run: () =>
        functions.invoke(
          target.Arn,
          target.Input === undefined ? scheduledEvent(attributes.Arn ?? '', now()) : JSON.parse(target.Input),
        ),
    }));
  });
}

/** Why an expression cannot be read; nothing where it can. */
function scheduleFault(expression: string): string | undefined {
  try {
    parseSchedule(expression);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** The event that EventBridge sends for a schedule (EventBridge user guide, eb-run-lambda-schedule). */
function scheduledEvent(ruleArn: string, now: number): object {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: ACCOUNT,
    time: `${new Date(now).toISOString().slice(0, 19)}Z`,
    region: REGION,
    resources: [ruleArn],
    detail: {},
  };
}

/** Runs what is due. Call `tick` as often as a schedule may be late. */
export class Scheduler {
  readonly #entries: { readonly schedule: Schedule; readonly next: (after: number) => number; due: number }[];
  readonly #log: Logger;

  constructor(schedules: readonly Schedule[], log: Logger) {
    this.#log = log;
    this.#entries = schedules.map((schedule) => {
      const next = parseSchedule(schedule.expression);
      return { schedule, next, due: next(schedule.since) };
    });
  }

  /** Starts everything that is due at `now`, in epoch milliseconds; a schedule that was missed runs once. */
  async tick(now: number): Promise<void> {
    const due = this.#entries.filter((entry) => entry.due <= now);
    for (const entry of due) entry.due = entry.next(now);
    await Promise.all(
      due.map(({ schedule }) =>
        schedule.run().catch((error: Error) => this.#log.error(`${schedule.name}: ${error.message}`)),
      ),
    );
  }
}

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;
const UNIT_MILLISECONDS: Readonly<Record<string, number>> = { minute: MINUTE, hour: 60 * MINUTE, day: DAY };
const NEVER = Number.POSITIVE_INFINITY;

/**
 * The time after a given one at which an expression is due, in epoch milliseconds, UTC
 * (EventBridge user guide, eb-scheduled-rule-pattern). Throws a `LocalStackError` for one that it cannot read.
 */
export function parseSchedule(expression: string): (after: number) => number {
  const rate = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression);
  if (rate !== null) return (after) => after + Number(rate[1]) * (UNIT_MILLISECONDS[rate[2] ?? ''] ?? NEVER);
  const at = /^at\((.+)\)$/.exec(expression)?.[1];
  if (at !== undefined) return (after) => (Date.parse(`${at}Z`) > after ? Date.parse(`${at}Z`) : NEVER);
  const fields = /^cron\((.+)\)$/.exec(expression)?.[1]?.trim().split(/\s+/);
  if (fields?.length !== 6) throw new LocalStackError(`the schedule ${expression} cannot be read`);
  return (after) => nextCron(fields, after);
}

function nextCron(fields: readonly string[], after: number): number {
  const last = after + 366 * DAY;
  for (let time = (Math.floor(after / MINUTE) + 1) * MINUTE; time < last; time += MINUTE) {
    const date = new Date(time);
    // A day that does not match is passed over as a whole.
    if (!matchesDay(fields, date)) time = (Math.floor(time / DAY) + 1) * DAY - MINUTE;
    else if (matchesTime(fields, date)) return time;
  }
  return NEVER;
}

const matchesTime = ([minute, hour]: readonly string[], date: Date): boolean =>
  matchesField(minute, date.getUTCMinutes(), 0) && matchesField(hour, date.getUTCHours(), 0);

const matchesDay = ([, , day, month, weekday, year]: readonly string[], date: Date): boolean =>
  matchesField(day, date.getUTCDate(), 1) &&
  matchesField(month, date.getUTCMonth() + 1, 1, MONTHS) &&
  // Sunday is 1 in EventBridge.
  matchesField(weekday, date.getUTCDay() + 1, 1, WEEKDAYS) &&
  matchesField(year, date.getUTCFullYear(), 1970);

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

function matchesField(field = '*', value: number, first: number, names: readonly string[] = []): boolean {
  const numberOf = (text: string): number => {
    const index = names.indexOf(text.toUpperCase());
    return index >= 0 ? index + first : Number(text);
  };
  return field.split(',').some((part) => {
    const [range = '', step] = part.split('/');
    const [low, high] = range === '*' || range === '?' ? [first, NEVER] : range.split('-').map(numberOf);
    if (low === undefined || Number.isNaN(low))
      throw new LocalStackError(`the cron field ${field} is not emulated`);
    const upTo = high ?? (step === undefined ? low : NEVER);
    return value >= low && value <= upTo && (value - low) % Number(step ?? 1) === 0;
  });
}
