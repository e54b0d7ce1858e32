// Where the focus goes when something takes the place of what had it.

/** The keys decide while the focus is in the card. A reader who is elsewhere, or at a field, stays there. */
export function takeFocus(card: HTMLElement): void {
  const at = document.activeElement;
  const isFree = at === null || at === document.body || (at.closest('main') !== null && !at.matches('input, select, textarea'));
  if (isFree) card.focus({ preventScroll: true });
}
