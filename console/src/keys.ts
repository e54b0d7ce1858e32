// Keys of the keyboard that do something by themselves.

/** The Latin letter of a key, in whatever layout it is pressed; something else for keys that are no letters. */
export function letterOf(event: Pick<KeyboardEvent, 'key' | 'code'>): string {
  return /^[a-z]$/.test(event.key) ? event.key : event.code.replace('Key', '').toLowerCase();
}

/**
 * Whether a letter is meant as a command: the focus is in something that takes commands (`data-keys`) and not in a
 * field, and the key is pressed anew. A key that is held would decide one call after the other.
 */
export function isCommand(event: KeyboardEvent): boolean {
  if (event.repeat || event.ctrlKey || event.metaKey || event.altKey) return false;
  const target = event.target;
  if (!(target instanceof Element) || target.closest('input, textarea, select, dialog, [contenteditable]')) return false;
  return target.closest('[data-keys]') !== null;
}
