import type { ReactNode } from 'react';

/** Icons of one weight, drawn on 16 by 16; what they mean, the text beside them says. */
const PATHS = {
  overview: <path d="M2.5 8.5 8 3l5.5 5.5M4 7.5V13h8V7.5" />,
  keys: (
    <>
      <circle cx="5" cy="11" r="2.5" />
      <path d="m7 9 6-6m-2.5 2.5 2 2" />
    </>
  ),
  audit: <path d="M4 2.5h5.5L12.5 5.5V13.5H4zM6 7h4.5M6 9.5h4.5M6 5h1.5" />,
  people: (
    <>
      <circle cx="6" cy="5.5" r="2.2" />
      <path d="M2 13c0-2.2 1.8-3.8 4-3.8s4 1.600 4 3.800M10.500 3.600a2.200 2.200 0 0 1 0 3.900M11.700 9.600c1.400.500 2.300 1.800 2.300 3.400" />
    </>
  ),
  workspaces: (
    <path d="M2.500 2.500h4.500v4.500H2.500zM9 2.500h4.500v4.500H9zM2.500 9h4.500v4.500H2.500zM9 9h4.500v4.500H9z" />
  ),
  settings: <path d="M2.500 4.500h6m3 0h2M2.500 11.500h2m3 0h6M10 3v3M6 10v3" />,
  apps: <path d="M5.500 2.500v3m5-3v3M3.500 5.500h9v2.500a4.500 4.500 0 0 1-9 0zM8 12.500v1.500" />,
  account: (
    <>
      <circle cx="8" cy="5.500" r="2.500" />
      <path d="M3.500 13.500c.300-2.500 2.200-4 4.500-4s4.200 1.500 4.500 4" />
    </>
  ),
  search: (
    <>
      <circle cx="7" cy="7" r="4" />
      <path d="m10 10 3.500 3.500" />
    </>
  ),
  plus: <path d="M8 3v10M3 8h10" />,
  close: <path d="m4 4 8 8m0-8-8 8" />,
  copy: <path d="M5.500 5.500h8v8h-8zM10.500 5.500v-3h-8v8h3" />,
  check: <path d="m3 8.500 3.200 3.200L13 4.500" />,
  more: (
    <>
      <circle cx="3.500" cy="8" r=".7" fill="currentColor" />
      <circle cx="8" cy="8" r=".7" fill="currentColor" />
      <circle cx="12.500" cy="8" r=".7" fill="currentColor" />
    </>
  ),
  chevron: <path d="m4.500 6.500 3.500 3.500 3.500-3.500" />,
  up: <path d="M8 13V3.500M4 7l4-4 4 4" />,
  down: <path d="M8 3v9.500M4 9l4 4 4-4" />,
  back: <path d="M13 8H3.500M7 4 3 8l4 4" />,
  menu: <path d="M2.500 4.500h11M2.500 8h11M2.500 11.500h11" />,
  warning: <path d="M8 2.500 14 13H2zM8 6.500v3M8 11.200v.3" />,
  lock: <path d="M4 7.500h8v6H4zM5.500 7.500v-2a2.500 2.500 0 0 1 5 0v2" />,
  refresh: <path d="M13 8a5 5 0 1 1-1.500-3.600M13 2.500v2.500h-2.500" />,
  columns: <path d="M2.500 3h11v10h-11zM6.200 3v10M9.800 3v10" />,
  filter: <path d="M2.500 4h11M4.500 8h7M6.500 12h3" />,
  signOut: <path d="M6.500 2.500h-4v11h4M10 5l3 3-3 3M13 8H6" />,
  sun: (
    <>
      <circle cx="8" cy="8" r="2.700" />
      <path d="M8 1.500v1.500M8 13v1.500M1.500 8H3M13 8h1.500M3.400 3.400l1 1M11.600 11.600l1 1M3.400 12.600l1-1M11.600 4.400l1-1" />
    </>
  ),
  clock: (
    <>
      <circle cx="8" cy="8" r="5.500" />
      <path d="M8 4.500V8l2.500 1.500" />
    </>
  ),
  download: <path d="M8 2.500v7.500M4.500 7 8 10.500 11.500 7M2.500 13.500h11" />,
} as const satisfies Readonly<Record<string, ReactNode>>;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg
      viewBox="0 0 16 16"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      className="shrink-0"
    >
      {PATHS[name]}
    </svg>
  );
}
