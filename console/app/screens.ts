import { type ComponentType, lazy } from 'react';
import type { IconName } from '../ui/icons.tsx';
import { inLanguages, type Texts } from './language.ts';
import type { Audience } from './me.ts';

/** A screen of the console: a folder of `screens/`, at a path below the console's. */
export interface Screen {
  /** With `:name` for a part that differs. The first that matches is shown. */
  readonly path: string;
  readonly title: Texts<string>;
  /** Whom it is for: the area of the API without which there is nothing to see. @default - for everybody */
  readonly area?: Audience;
  /** Its place in the navigation. @default - none: another screen leads there */
  readonly nav?: { readonly icon: IconName; readonly group: 'main' | 'team' | 'me'; readonly key?: string };
  readonly component: ComponentType<{ readonly params: Readonly<Record<string, string>> }>;
}

const words = (en: string, de: string): Texts<string> => ({ en, de });

const people = lazy(() => import('../screens/people/people.tsx'));

/** Every screen, in the order of the navigation. */
export const SCREENS: readonly Screen[] = [
  {
    path: '/',
    title: words('Overview', 'Übersicht'),
    nav: { icon: 'overview', group: 'main', key: 'o' },
    component: lazy(() => import('../screens/overview/overview.tsx')),
  },
  {
    path: '/keys',
    title: words('API keys', 'API-Schlüssel'),
    area: 'keys',
    nav: { icon: 'keys', group: 'main', key: 'k' },
    component: lazy(() => import('../screens/keys/keys.tsx')),
  },
  {
    path: '/keys/new',
    title: words('Create a key', 'Schlüssel erstellen'),
    area: 'keys',
    component: lazy(() => import('../screens/create/create.tsx')),
  },
  {
    path: '/keys/:id',
    title: words('API key', 'API-Schlüssel'),
    area: 'keys',
    component: lazy(() => import('../screens/key/key.tsx')),
  },
  {
    path: '/audit',
    title: words('Audit', 'Protokoll'),
    area: 'audit',
    nav: { icon: 'audit', group: 'main', key: 'a' },
    component: lazy(() => import('../screens/audit/audit.tsx')),
  },
  {
    path: '/operators',
    title: words('Tenants', 'Mandanten'),
    area: 'operators',
    nav: { icon: 'columns', group: 'main' },
    component: lazy(() => import('../screens/operators/tenants.tsx')),
  },
  {
    path: '/operators/status',
    title: words('Status', 'Status'),
    area: 'operators',
    nav: { icon: 'clock', group: 'main' },
    component: lazy(() => import('../screens/operators/status.tsx')),
  },
  {
    path: '/operators/:id',
    title: words('Tenant', 'Mandant'),
    area: 'operators',
    component: lazy(() => import('../screens/operators/tenant.tsx')),
  },
  {
    path: '/people',
    title: words('People', 'Personen'),
    area: 'people',
    nav: { icon: 'people', group: 'team', key: 'p' },
    component: people,
  },
  {
    path: '/people/:id',
    title: words('Person', 'Person'),
    area: 'people',
    component: people,
  },
  {
    path: '/workspaces',
    title: words('Workspaces', 'Arbeitsbereiche'),
    area: 'reading',
    nav: { icon: 'workspaces', group: 'team', key: 'w' },
    component: lazy(() => import('../screens/workspaces/workspaces.tsx')),
  },
  {
    path: '/settings',
    title: words('Settings', 'Einstellungen'),
    area: 'settings',
    nav: { icon: 'settings', group: 'team', key: 's' },
    component: lazy(() => import('../screens/settings/settings.tsx')),
  },
  {
    path: '/clients',
    title: words('OAuth clients', 'OAuth-Clients'),
    area: 'settings',
    nav: { icon: 'code', group: 'team', key: 'l' },
    component: lazy(() => import('../screens/clients/clients.tsx')),
  },
  {
    path: '/account',
    title: words('My account', 'Mein Konto'),
    nav: { icon: 'me', group: 'me', key: 'm' },
    component: lazy(() => import('../screens/account/account.tsx')),
  },
  {
    path: '/apps',
    title: words('Connected apps', 'Verbundene Apps'),
    nav: { icon: 'apps', group: 'me', key: 'c' },
    component: lazy(() => import('../screens/apps/apps.tsx')),
  },
];

export const GROUPS = inLanguages(
  { main: '', team: 'Team', me: 'You' },
  { main: '', team: 'Team', me: 'Sie' },
);
