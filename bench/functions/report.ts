import type { Figure } from '../report.ts';
import type { FunctionsResult } from './measure.ts';

/** Memory that brings one vCPU (Lambda developer guide, "Configure Lambda function memory"). */
const VCPU_MB = 1769;
const SIZES = [256, 512, 1024, VCPU_MB];
/** Assumed of a call of DynamoDB, or of another service. */
const WAIT_MS = 5;
/** Of a function's memory that its largest call may take. */
const MAX_SHARE = 0.75;

/**
 * Milliseconds that a call takes with so much memory: work takes as many times as long as there is less than a vCPU, and
 * waiting as long with any.
 */
export function duration(cpuMs: number, waits: number, memoryMb: number): number {
  return cpuMs * Math.max(1, VCPU_MB / memoryMb) + waits * WAIT_MS;
}

/** Every figure once, under names such as `accounts_login_cpu_ms`. */
export function functionFigures(results: FunctionsResult): readonly Figure[] {
  return Object.entries(results).flatMap(
    ([name, { memoryMb, importCpuMs, firstCallCpuMs, operations, largest }]) => {
      const figure = (suffix: string, value: number, digits: number): Figure => ({
        title: `${name}, ${suffix}`,
        name: snakeCase(`${name}_${suffix}`),
        value,
        digits,
      });
      const timed = (suffix: string, interval: typeof importCpuMs) => ({
        ...figure(suffix, interval.median, 2),
        interval,
      });
      return [
        figure('memory_mb', memoryMb, 0),
        timed('import_cpu_ms', importCpuMs),
        timed('first_call_cpu_ms', firstCallCpuMs),
        ...Object.entries(operations).flatMap(([operation, { cpuMs, waits }]) => [
          timed(`${operation}_cpu_ms`, cpuMs),
          figure(`${operation}_waits`, waits, 0),
        ]),
        figure('peak_mb', largest.peakMb, 0),
      ];
    },
  );
}

/** Both tables of docs/performance.md, in Markdown. */
export function functionTables(results: FunctionsResult): string {
  const sizes = Object.entries(results).map(([name, { memoryMb, importCpuMs, firstCallCpuMs, largest }]) => {
    const start = importCpuMs.median + firstCallCpuMs.median;
    return [
      `\`${name}\``,
      grouped(memoryMb),
      importCpuMs.median.toFixed(0),
      firstCallCpuMs.median.toFixed(0),
      ...SIZES.map((size) => marked(duration(start, 0, size).toFixed(0), size === memoryMb)),
      largest.title,
      `${largest.peakMb.toFixed(0)} (${((100 * largest.peakMb) / memoryMb).toFixed(0)} %)`,
    ];
  });
  const calls = Object.entries(results).flatMap(([name, { memoryMb, operations }]) =>
    Object.entries(operations).map(([operation, { cpuMs, waits }]) => [
      `\`${name}\`, ${words(operation)}`,
      `${number(cpuMs.median)} (${number(cpuMs.low)} to ${number(cpuMs.high)})`,
      String(waits),
      ...SIZES.map((size) => {
        const ms = duration(cpuMs.median, waits, size);
        return marked(`${number(ms)} (${number((ms * size) / 1024)})`, size === memoryMb);
      }),
    ]),
  );
  const heads = SIZES.map((size) => `${grouped(size)} MB`);
  const starts = heads.map((head, index) => (index === 0 ? `a start with ${head}, ms` : head));
  return [
    table(
      ['function', 'MB', 'CPU of the import, ms', 'of the first call', ...starts, 'largest call', 'MB held'],
      sizes,
    ),
    table(['call', 'CPU, ms', 'waits', ...heads], calls),
  ].join('\n\n');
}

/** What stands against the sizes of the template: functions that hold more than a share of theirs. */
export function functionFailures(results: FunctionsResult): readonly string[] {
  return Object.entries(results).flatMap(([name, { memoryMb, largest }]) =>
    largest.peakMb > MAX_SHARE * memoryMb
      ? [
          `${name} holds ${largest.peakMb.toFixed(0)} of ${memoryMb} MB for ${largest.title}: more than three quarters`,
        ]
      : [],
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** With one digit where it is small. */
function number(value: number): string {
  return value < 9.95 ? value.toFixed(1) : value.toFixed(0);
}

function grouped(value: number): string {
  return value.toLocaleString('en-US');
}

function marked(text: string, isOwn: boolean): string {
  return isOwn ? `**${text}**` : text;
}

function words(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function snakeCase(name: string): string {
  return name.replaceAll('-', '_').replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
