import { mount } from 'svelte';
import App from './App.svelte';
import { preferred, speak } from './i18n/index.svelte';
import { startRouter } from './router.svelte';
import { startSession } from './session.svelte';
import { applyTheme } from './theme.svelte';
import './styles.css';

applyTheme();
startRouter();
void startSession();
await speak(preferred());
const target = document.getElementById('app');
if (target !== null) mount(App, { target });
