// Light or dark: as the system has it, unless the reader chose.

export type Theme = 'system' | 'light' | 'dark';

const STORED = 'artel-theme';
const state = $state<{ theme: Theme }>({ theme: (localStorage.getItem(STORED) as Theme | null) ?? 'system' });

export function theme(): Theme {
  return state.theme;
}

export function chooseTheme(theme: Theme): void {
  state.theme = theme;
  localStorage.setItem(STORED, theme);
  applyTheme();
}

export function applyTheme(): void {
  if (state.theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = state.theme;
}
