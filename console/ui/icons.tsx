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
      <circle cx="6" cy="5.500" r="2.500" />
      <path d="M1.500 13.500a4.500 4.500 0 0 1 9 0M10.500 3.200a2.500 2.500 0 0 1 0 4.600M12 9.500a4.500 4.500 0 0 1 2.500 4" />
    </>
  ),
  workspaces: <path d="M8 2 14 5 8 8 2 5zM2 8l6 3 6-3M2 11l6 3 6-3" />,
  settings: <path d="M2.500 5h5m3 0h3M2.500 11h3m3 0h5M7.500 3.500v3h3v-3zM5.500 9.500v3h3v-3z" />,
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
  clock: (
    <>
      <circle cx="8" cy="8" r="5.500" />
      <path d="M8 4.500V8l2.500 1.500" />
    </>
  ),
  me: (
    <>
      <circle cx="8" cy="5.500" r="2.500" />
      <path d="M3 13.500a5 5 0 0 1 10 0" />
    </>
  ),
  apps: <path d="M3 3h4v4H3zM9 3h4v4H9zM3 9h4v4H3zM11 9v4M9 11h4" />,
  code: <path d="M5.500 4.500 2 8l3.500 3.500M10.500 4.500 14 8l-3.500 3.500" />,
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
