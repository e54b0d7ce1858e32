// Which page is at which address. Each page is a file that is loaded when it is first opened.
import type { Component } from 'svelte';
import type { Key } from '../i18n/index.svelte';

export interface PageProps {
  /** The part of the address after the page's own. */
  id: string;
}

export interface Page {
  path: string;
  /** In the navigation, when it is there. */
  label?: Key;
  /** Without this scope the page is not shown. */
  scope?: string;
  /** Another `id` is another page: it begins anew. Other pages go on, with the focus and what is written in them. */
  isOneThing?: true;
  load: () => Promise<{ default: Component<PageProps> | Component<Record<string, never>> }>;
}

export const PAGES: Page[] = [
  { path: '', label: 'nav.home', scope: 'runs:read', load: () => import('./Home.svelte') },
  { path: 'chat', label: 'nav.chat', scope: 'runs:read', load: () => import('./Chat.svelte') },
  { path: 'approvals', label: 'nav.approvals', scope: 'runs:read', load: () => import('./Approvals.svelte') },
  { path: 'runs', label: 'nav.runs', scope: 'runs:read', load: () => import('./Runs.svelte') },
  { path: 'tasks', label: 'nav.tasks', scope: 'runs:read', load: () => import('./Tasks.svelte') },
  { path: 'agents', label: 'nav.agents', scope: 'agents:read', load: () => import('./Agents.svelte') },
  { path: 'tools', label: 'nav.tools', scope: 'tools:read', load: () => import('./Tools.svelte') },
  { path: 'connectors', label: 'nav.connectors', scope: 'agents:read', load: () => import('./Connectors.svelte') },
  { path: 'usage', label: 'nav.usage', scope: 'agents:read', load: () => import('./Usage.svelte') },
  { path: 'access', label: 'nav.access', load: () => import('./Access.svelte') },
  { path: 'notifications', label: 'nav.notifications', scope: 'admin', load: () => import('./Endpoints.svelte') },
  { path: 'system', label: 'nav.system', load: () => import('./System.svelte') },
  { path: 'run', isOneThing: true, scope: 'runs:read', load: () => import('./Run.svelte') },
  { path: 'task', isOneThing: true, scope: 'runs:read', load: () => import('./Task.svelte') },
  { path: 'tool', isOneThing: true, scope: 'tools:read', load: () => import('./Tool.svelte') },
  { path: 'connector', isOneThing: true, scope: 'agents:read', load: () => import('./Connector.svelte') },
  { path: 'agent', isOneThing: true, scope: 'agents:read', load: () => import('./Agent.svelte') },
  { path: 'notification', isOneThing: true, scope: 'admin', load: () => import('./Endpoint.svelte') },
];

/** The page of an address, and what follows its own path. */
export function pageOf(path: string): { page: Page; id: string } | null {
  const [first = '', ...rest] = path.split('/');
  const page = PAGES.find((known) => known.path === first);
  return page === undefined ? null : { page, id: rest.join('/') };
}
