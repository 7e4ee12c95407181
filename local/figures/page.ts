import { escaped, type LocalPageOptions } from '../local-page.ts';
import type { Figure, Figures } from './figures.ts';

/** The page of the figures. */
export function figuresPage(figures: Figures): LocalPageOptions {
  return {
    answer(path) {
      const isJson = path.endsWith('.json');
      return { isJson, body: isJson ? JSON.stringify(figures.all(), undefined, 2) : table(figures.all()) };
    },
  };
}

function table(figures: readonly Figure[]): string {
  const rows = figures.map(({ name, dimensions, unit, count, sum, last, p50, p99 }) => {
    const isTime = unit === 'Milliseconds';
    // Counts of events add up; a gauge has no unit, and its newest value counts.
    const counted = unit === 'Count' ? sum : isTime ? count : last;
    const cells = [name, dimensions, counted, isTime ? p50 : '', isTime ? p99 : '', unit];
    return `<tr>${cells.map((cell) => `<td>${escaped(String(cell))}</td>`).join('')}</tr>`;
  });
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="2">
<title>Figures</title>
<style>body{font:15px system-ui;margin:2rem}table{border-collapse:collapse}td,th{padding:.3rem .8rem;text-align:left;border-bottom:1px solid #ddd}</style></head>
<body><h1>Figures since the start</h1><p>What CloudWatch would show; <a href="/figures.json">as JSON</a>.</p>
<table><tr><th>Metric</th><th>Dimensions</th><th>Count</th><th>p50</th><th>p99</th><th>Unit</th></tr>
${rows.join('\n')}</table></body></html>
`;
}
