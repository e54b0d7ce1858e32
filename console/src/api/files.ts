// Files: those that go with messages and forms (artifacts), and those of a dialogue's workspace.
import { once, send } from './client';
import type { Artifact, WorkspaceEntry } from './types';

const KEPT_MS = 60_000;

/** Sends a file. */
export async function upload(file: File): Promise<Artifact> {
  const form = new FormData();
  form.append('file', file, file.name);
  return (await (await send('POST', '/v1/artifacts', { raw: form, headers: once() })).json()) as Artifact;
}

/** Writes a file into the workspace of a session, in place of one of that name. */
export async function putFile(sessionId: string, path: string, file: File): Promise<WorkspaceEntry> {
  const headers = { 'Content-Type': 'application/octet-stream' };
  return (await (await send('PUT', workspacePath(sessionId, path), { raw: file, headers })).json()) as WorkspaceEntry;
}

export function artifactPath(id: string): string {
  return `/v1/artifacts/${encodeURIComponent(id)}`;
}

/** The address of a file of a workspace; of the workspace itself without a path. */
export function workspacePath(sessionId: string, path = ''): string {
  const segments = path === '' ? [] : path.split('/');
  return [`/v1/sessions/${encodeURIComponent(sessionId)}/files`, ...segments.map(encodeURIComponent)].join('/');
}

/** Saves a file under its own name, which the server does not say of files in a workspace. */
export async function save(path: string, name: string): Promise<void> {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await (await send('GET', path)).blob());
  link.download = name;
  link.click();
  // The browser reads it after the click.
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
}
