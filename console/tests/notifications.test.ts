// Servers that are told what happens: adding an address, its secret, a test, what it was told, and taking it away.
import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Artel } from './artel';
import { isTooWide, launch, signIn, violations, visit, type Visit } from './browser';
import { asks, furnish, pays, until, type World } from './world';

const HOSTILE = '<img src=x onerror=alert(1)>';
let artel: Artel;
let browser: Browser;
let world: World;
let receiver: Server;
let address: string;
/** What the receiver answers, and what it was sent. */
let status = 200;
const received: { headers: Record<string, string>; body: string }[] = [];

beforeAll(async () => {
  [artel, browser] = await Promise.all([Artel.start(), launch()]);
  world = await furnish(artel);
  await pays(artel, { to: 'ACME' });
  receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      received.push({ headers: request.headers as Record<string, string>, body });
      response.writeHead(status).end(status === 200 ? 'thank you' : HOSTILE);
    });
  });
  await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', done));
  address = `http://127.0.0.1:${(receiver.address() as { port: number }).port}/told`;
});
afterAll(async () => {
  world?.close();
  receiver?.close();
  await Promise.all([artel?.stop(), browser?.close()]);
});

async function at(path: string, width = 1280): Promise<Visit> {
  const one = await visit(browser, artel, { width });
  await signIn(one, artel);
  await one.page.goto(`${artel.url}/console/${path}`);
  return one;
}

/** Whether one of the signatures of a message is by this secret. */
function isSignedBy(secret: string, message: (typeof received)[number]): boolean {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signed = `${message.headers['webhook-id']}.${message.headers['webhook-timestamp']}.${message.body}`;
  const expected = `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
  return message.headers['webhook-signature']?.split(' ').includes(expected) ?? false;
}

/** How messages stand. */
const badge = (page: Page, text: string) => page.locator('summary .badge', { hasText: text });

const endpoints = () => world.api.get<any[]>('/v1/webhooks/endpoints');

it('adds an address, shows its secret once, and shows what it is told', async () => {
  const one = await at('notifications');
  const { page } = one;
  await page.getByText('Nobody is told anything yet.').waitFor();
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'New address' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Address').fill('http://10.1.2.3/told');
  await dialog.getByRole('button', { name: 'Add the address' }).click();
  await dialog.locator('.fault').waitFor();
  await dialog.getByLabel('Address').fill(address);
  await dialog.getByLabel('Description').fill('The ticket system');
  await dialog.getByLabel('a run failed').uncheck();
  await dialog.getByLabel('it was approved or rejected').check();
  expect(await violations(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Add the address' }).click();
  await dialog.getByText('It is shown this once').waitFor();
  const secret = await dialog.locator('[data-secret]').innerText();
  await dialog.getByRole('button', { name: 'Copy the secret' }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(secret);
  expect(await violations(page)).toEqual([]);
  await dialog.getByRole('link', { name: 'Open its page' }).click();
  await page.getByRole('heading', { name: 'The ticket system' }).waitFor();
  expect(await page.getByRole('dialog').count()).toBe(0);
  expect((await page.content()).includes(secret)).toBe(false);
  expect((await endpoints())[0]).toMatchObject({ url: address, events: ['approval.requested', 'approval.decided'] });

  await page.getByText('It was told nothing yet.').waitFor();
  await page.getByRole('button', { name: 'Send a test' }).click();
  const told = page.getByRole('region', { name: 'What it was told' });
  await badge(page, 'arrived').first().waitFor();
  expect(isSignedBy(secret, received[0]!)).toBe(true);
  await asks(world);
  await told.getByText('a call waits for a person').click();
  await told.getByText('thank you').first().waitFor({ state: 'attached' });
  await told.getByText('pay', { exact: true }).waitFor();
  expect(await violations(page)).toEqual([]);
  expect(one.complaints).toEqual([]);
  expect(one.strangers).toEqual([]);
});

it('makes a new secret while the old one signs too', async () => {
  const [endpoint] = await endpoints();
  const one = await at(`notification/${endpoint.id}`);
  const { page } = one;
  await page.getByRole('button', { name: 'New secret' }).click();
  const dialog = page.getByRole('dialog');
  expect(await violations(page)).toEqual([]);
  await dialog.getByLabel('The old secret signs for').selectOption({ label: 'an hour more' });
  await dialog.getByRole('button', { name: 'Make a new secret' }).click();
  const secret = await dialog.locator('[data-secret]').innerText();
  await page.keyboard.press('Escape');
  await page.getByText('The old secret signs until').waitFor();
  const [now] = await endpoints();
  const left = Date.parse(now.old_secret_until) - Date.now();
  expect(left > 50 * 60_000 && left <= 60 * 60_000).toBe(true);
  const before = received.length;
  await page.getByRole('button', { name: 'Send a test' }).click();
  await until(async () => received.length > before);
  expect(received.at(-1)?.headers['webhook-signature']?.split(' ').length).toBe(2);
  expect(isSignedBy(secret, received.at(-1)!)).toBe(true);
  expect(one.complaints).toEqual([]);
});

it('shows why a message did not arrive, and sends it again by hand, on a phone', async () => {
  const [endpoint] = await endpoints();
  status = 500;
  const one = await at(`notification/${endpoint.id}`, 360);
  const { page } = one;
  await page.getByRole('button', { name: 'Send a test' }).click();
  const told = page.getByRole('region', { name: 'What it was told' });
  await badge(page, 'waits').waitFor();
  await told.locator('summary').filter({ has: page.locator('.badge', { hasText: 'waits' }) }).click();
  await told.getByText(HOSTILE).waitFor();
  await told.getByText('next attempt').waitFor();
  expect(await isTooWide(page)).toBe(false);
  expect(await violations(page)).toEqual([]);
  status = 200;
  const id = await told.getByRole('listitem').filter({ hasText: 'next attempt' }).locator('dd.mono').first().innerText();
  await told.getByRole('listitem').filter({ hasText: 'next attempt' }).getByRole('button', { name: 'Send again' }).click();
  await until(async () => (await badge(page, 'waits').count()) === 0);
  expect(received.filter((message) => message.headers['webhook-id'] === id).length).toBeGreaterThanOrEqual(2);
  await page.getByLabel('State').selectOption({ label: 'dropped' });
  await page.getByText('No message matches.').waitFor();
  await page.getByRole('button', { name: 'Clear the filters' }).click();
  await badge(page, 'arrived').first().waitFor();
  expect(one.complaints).toEqual([]);
  expect(one.strangers).toEqual([]);
});

it('says that the server is gone, changes the address, switches it off, and deletes it', async () => {
  const [endpoint] = await endpoints();
  status = 410;
  const one = await at(`notification/${endpoint.id}`);
  const { page } = one;
  await page.getByRole('button', { name: 'Send a test' }).click();
  await page.getByText('The server answered that it is gone (410)').waitFor();
  status = 200;
  await page.getByRole('button', { name: 'Switch on' }).click();
  await page.getByText('on', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Edit' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Description').fill('');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name: address }).waitFor();
  expect((await endpoints())[0]).toMatchObject({ description: null, events: ['approval.requested', 'approval.decided'] });
  await page.getByRole('button', { name: 'Switch off' }).click();
  await dialog.getByText('Messages that did not arrive yet are dropped.').waitFor();
  await dialog.getByRole('button', { name: 'Switch off' }).click();
  await page.getByText('off', { exact: true }).waitFor();
  expect(await page.getByRole('button', { name: 'Send a test' }).count()).toBe(0);
  await page.getByRole('button', { name: 'Delete' }).click();
  expect(await violations(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await page.getByText('Nobody is told anything yet.').waitFor();
  expect(await endpoints()).toEqual([]);
  expect(one.complaints).toEqual([]);
});

it('is shown to administrators alone', async () => {
  const { key } = await world.api.post('/v1/api-keys', { name: 'reader', scopes: ['runs:read', 'runs:write'] });
  const { page } = await visit(browser, artel);
  await page.goto(`${artel.url}/console/notifications`);
  await page.getByLabel('API key').fill(key);
  await page.getByRole('button', { name: 'Sign in with the key' }).click();
  await page.getByText('You may not see this page.').waitFor();
  expect(await page.getByRole('link', { name: 'Notifications' }).count()).toBe(0);
});
