import { settings } from './settings.ts';

export type Theme = 'system' | 'light' | 'dark';

const STORED = 'latchkey-console-theme';
const prefersDark = matchMedia('(prefers-color-scheme: dark)');

export function storedTheme(): Theme {
  const stored = localStorage.getItem(STORED);
  return stored === 'light' || stored === 'dark' ? stored : 'system';
}

export function chooseTheme(theme: Theme): void {
  if (theme === 'system') localStorage.removeItem(STORED);
  else localStorage.setItem(STORED, theme);
  showTheme();
}

/** Puts the theme and the team's colours onto the page: by script, as the policy takes no style in the page itself. */
export function showTheme(): void {
  const chosen = storedTheme();
  const isDark = chosen === 'dark' || (chosen === 'system' && prefersDark.matches);
  const { classList, style } = document.documentElement;
  classList.toggle('dark', isDark);
  const { color, dark_color, on_color, on_dark_color } = settings.brand;
  style.setProperty('--brand', isDark ? dark_color : color);
  style.setProperty('--on-brand', isDark ? on_dark_color : on_color);
}

prefersDark.addEventListener('change', showTheme);
