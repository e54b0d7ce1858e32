// A real Chromium. Whatever a page asks of another origin than the server's is kept, and so is what it complains about.
import AxeBuilder from 'axe-core';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { PASSWORD, type Artel } from './artel';
import { showPages } from './pages';

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A page that does not show something by then does not show it. */
const WAITS_MS = 15_000;

export interface Visit {
  page: Page;
  context: BrowserContext;
  /** Addresses outside of the server that something tried to reach. */
  strangers: string[];
  /** Errors of scripts, refusals of the content security policy, dialogs. */
  complaints: string[];
}

export interface Look {
  language?: 'en' | 'ru';
  theme?: 'light' | 'dark';
  width?: number;
  height?: number;
}

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: process.env.ARTEL_CHROMIUM ?? '/usr/bin/chromium', args: ARGUMENTS });
}

/** A new browser profile. */
export async function visit(browser: Browser, artel: Artel, look: Look = {}): Promise<Visit> {
  const context = await browser.newContext({
    baseURL: artel.url,
    locale: look.language === 'ru' ? 'ru-RU' : 'en-GB',
    colorScheme: look.theme ?? 'light',
    viewport: { width: look.width ?? 1280, height: look.height ?? 800 },
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const [strangers, complaints]: [string[], string[]] = [[], []];
  await context.route(
    (url) => url.origin !== artel.url,
    (route) => {
      strangers.push(route.request().url());
      return route.abort();
    },
  );
  await showPages(context);
  context.setDefaultTimeout(WAITS_MS);
  const page = await context.newPage();
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('console', (message) => {
    if (/Content Security Policy|TrustedHTML|Trusted Type/i.test(message.text())) complaints.push(message.text());
  });
  return { page, context, strangers, complaints };
}

/** Signs in as a person does: on the login page, with a password. */
export async function signIn(visit: Visit, artel: Artel, username = 'admin', password = PASSWORD): Promise<void> {
  await visit.page.goto(`${artel.url}/console/`);
  await visit.page.locator('a[href^="/console/sign-in/start"]').click();
  await visit.page.fill('input[name=username]', username);
  await visit.page.fill('input[name=password]', password);
  await visit.page.locator('button[type=submit]').first().click();
  await visit.page.locator('#nav').waitFor({ state: 'attached' });
  // What the login page redirects to comes from the binary, whatever pages are to be shown.
  if (process.env.ARTEL_PAGES) await visit.page.reload();
  await visit.page.locator('h1').waitFor();
}

/** Violations of WCAG 2.2 AA, one line each. */
export async function violations(page: Page): Promise<string[]> {
  // `evaluate` is not bound by the page's content security policy.
  await page.evaluate(AxeBuilder.source);
  return page.evaluate(async () => {
    const axe = (globalThis as unknown as { axe: typeof AxeBuilder }).axe;
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const found = await axe.run({ runOnly: tags });
    return found.violations.flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.html.slice(0, 160)} (${node.any[0]?.message ?? one.help})`));
  });
}

/** Whether the page is wider than its window. */
export function isTooWide(page: Page): Promise<boolean> {
  return page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
}
