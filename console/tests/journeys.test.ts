// What people come for, from the first click to the last.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Artel } from './artel';
import { isTooWide, launch, signIn, violations, visit } from './browser';
import { asks, furnish, pays, until, type World } from './world';

let artel: Artel;
let browser: Browser;
let world: World;

/** The text of an answer, with numbers as they stand. */
async function exactly(address: string, token: string): Promise<string> {
  return (await fetch(address, { headers: { authorization: `Bearer ${token}` } })).text();
}

beforeAll(async () => {
  [artel, browser] = await Promise.all([Artel.start(), launch()]);
  world = await furnish(artel);
});
afterAll(async () => {
  world?.close();
  await Promise.all([artel?.stop(), browser?.close()]);
});

it('signs a person in with a password and out again, and keeps tokens from scripts', async () => {
  const one = await visit(browser, artel);
  await signIn(one, artel);
  const seen = await one.page.evaluate(() => JSON.stringify([document.cookie, { ...localStorage }, location.href]));
  expect(seen).not.toMatch(/artel_console|eyJ|artel_rt/);
  // The login page has a cookie of its own, for itself.
  const cookies = (await one.context.cookies()).filter((known) => known.path === '/');
  const cookie = cookies.find((known) => known.name.startsWith('artel_console_') && !known.name.includes('sign_in'));
  expect([cookie?.httpOnly, cookie?.sameSite, cookies.length]).toEqual([true, 'Strict', 1]);

  const second = await one.context.newPage();
  await second.goto(`${artel.url}/console/runs`);
  await second.getByRole('heading', { name: 'Runs' }).waitFor();
  await one.page.getByRole('button', { name: 'Sign out' }).click();
  await one.page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await second.getByRole('heading', { name: 'Sign in' }).waitFor();

  // The login is over at the server, whoever kept the cookie.
  await one.context.addCookies(cookies);
  await one.page.goto(`${artel.url}/console/`);
  await one.page.getByRole('heading', { name: 'Sign in' }).waitFor();
  expect(one.complaints).toEqual([]);
});

it('comes back to the page that was asked for', async () => {
  const { page } = await visit(browser, artel);
  await page.goto(`${artel.url}/console/runs?status=failed`);
  await page.locator('a[href^="/console/sign-in/start"]').click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByText('You did not sign in.').waitFor();
  await page.goto(`${artel.url}/console/runs?status=failed`);
  await page.locator('a[href^="/console/sign-in/start"]').click();
  await page.fill('input[name=username]', 'admin');
  await page.fill('input[name=password]', 'correct-horse-battery-1A!');
  await page.locator('button[type=submit]').first().click();
  await page.waitForURL('**/console/runs?status=failed');
});

it('lets an approver decide by keyboard: approve, edit, reject', async () => {
  const { page, complaints } = await visit(browser, artel);
  await signIn({ page, context: page.context(), strangers: [], complaints }, artel);
  await pays(artel, '{"to": "ACME", "amount": 12345678901234567890}');
  const first = await asks(world);
  await page.goto(`${artel.url}/console/approvals`);
  await page.getByText('money leaves the house', { exact: true }).waitFor();
  await page.getByText('12345678901234567890').waitFor();
  await page.keyboard.press('a');
  await until(async () => (await world.api.get(`/v1/approvals/${first.id}`)).status === 'approved');
  await until(async () => world.received.length === 1);
  expect(world.received[0]).toContain('12345678901234567890');

  const second = await asks(world);
  await page.locator(`a[href^="/console/approvals/${second.id}"]`).click();
  await page.getByRole('button', { name: 'Approve', exact: true }).waitFor();
  await page.keyboard.press('e');
  await page.getByRole('button', { name: 'Edit as JSON' }).click();
  const field = page.getByLabel('Arguments (JSON)');
  await field.fill('{"to": "ACME", "amount": 1');
  await page.getByText('This is not valid JSON').waitFor();
  expect(await page.getByRole('button', { name: 'Approve as edited' }).isDisabled()).toBe(true);
  await field.fill('{"to": "ACME", "amount": 1.10}');
  await page.locator('.diff .added', { hasText: '"amount": 1.10' }).waitFor();
  await page.getByRole('button', { name: 'Approve as edited' }).click();
  await until(async () => world.received.length === 2);
  expect(JSON.parse(world.received[1] ?? '')).toEqual({ to: 'ACME', amount: 1.1 });

  const third = await asks(world);
  await page.locator(`a[href^="/console/approvals/${third.id}"]`).click();
  await page.getByRole('button', { name: 'Approve', exact: true }).waitFor();
  await page.keyboard.press('r');
  await page.getByLabel('Why not? (optional)').fill('Use the other account');
  await page.getByRole('button', { name: 'Reject' }).click();
  const rejected = await until(async () => {
    const approval = await world.api.get(`/v1/approvals/${third.id}`);
    return approval.status === 'rejected' && approval;
  });
  expect([rejected.feedback, world.received.length]).toEqual(['Use the other account', 2]);
  expect(complaints).toEqual([]);
});

it('leaves the open question to the reader, and takes one decision from one key', async () => {
  const one = await visit(browser, artel);
  await signIn(one, artel);
  await pays(artel, { to: 'ACME', amount: 3 });
  const [first, second, third] = [await asks(world), await asks(world), await asks(world)];
  const decide = (approval: { id: string }) => world.api.post(`/v1/approvals/${approval.id}/decision`, { decision: 'reject' });
  const stateOf = async (approval: { id: string }) => (await world.api.get(`/v1/approvals/${approval.id}`)).status;
  await one.page.goto(`${artel.url}/console/approvals`);
  await one.page.waitForURL(/approvals\/[0-9a-f-]{36}/);
  const opened = new URL(one.page.url()).pathname.split('/').at(-1) ?? '';
  const read = [first, second, third].find((approval) => approval.id === opened);
  await decide(read);
  await until(async () => (await one.page.locator(`nav a[href*="${opened}"]`).count()) === 0);
  expect(new URL(one.page.url()).pathname).toContain(opened);
  await one.page.locator('section[data-keys] .badge', { hasText: 'rejected' }).waitFor();

  // A letter outside of the list and the card is no command; one that is held is one command.
  const [left, right] = [first, second, third].filter((approval) => approval !== read);
  await one.page.locator(`nav a[href*="${left.id}"]`).click();
  await one.page.getByRole('button', { name: 'Approve', exact: true }).waitFor();
  await one.page.locator('nav#nav a').first().focus();
  await one.page.keyboard.press('a');
  expect(await stateOf(left)).toBe('pending');
  await one.page.locator('section[data-keys]').focus();
  for (let held = 0; held < 20; held += 1) {
    await one.page.keyboard.down('a');
    await new Promise((done) => setTimeout(done, 50));
  }
  await one.page.keyboard.up('a');
  await one.page.waitForURL(new RegExp(right.id));
  expect([await stateOf(left), await stateOf(right)]).toEqual(['approved', 'pending']);
  expect(await one.page.evaluate(() => document.activeElement?.matches('section[data-keys]'))).toBe(true);
  // The same key in a Russian layout.
  await one.page.getByRole('button', { name: 'Approve', exact: true }).waitFor();
  await one.page.evaluate(() => document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key: 'ф', code: 'KeyA', bubbles: true })));
  await until(async () => (await stateOf(right)) === 'approved');
  await until(async () => one.page.evaluate(() => document.activeElement?.tagName === 'H1'));
  expect(one.complaints).toEqual([]);
});

it('lets an approver decide on a phone', async () => {
  const one = await visit(browser, artel, { width: 360, height: 740 });
  await signIn(one, artel);
  await pays(artel, { to: 'ACME', amount: 3 });
  const approval = await asks(world);
  await one.page.getByRole('link', { name: 'pay' }).first().click();
  await one.page.getByText('money leaves the house', { exact: true }).waitFor();
  expect(await isTooWide(one.page)).toBe(false);
  await one.page.getByRole('button', { name: 'Approve', exact: true }).click();
  await until(async () => (await world.api.get(`/v1/approvals/${approval.id}`)).status === 'approved');
});

it('lets an approver change one argument on a phone without reading JSON, and loses no digit of the others', async () => {
  const one = await visit(browser, artel, { width: 360, height: 740 });
  await signIn(one, artel);
  await pays(artel, '{"to": "ACME", "amount": 3, "order": 12345678901234567890}');
  const approval = await asks(world);
  const before = world.received.length;
  await one.page.goto(`${artel.url}/console/approvals/${approval.id}`);
  await one.page.getByRole('button', { name: 'Edit', exact: true }).click();
  const amount = one.page.getByLabel('amount');
  await amount.fill('much');
  await one.page.getByText('This must be a number.').waitFor();
  expect(await one.page.getByRole('button', { name: 'Approve as edited' }).isDisabled()).toBe(true);
  await amount.fill('2.50');
  await one.page.locator('.diff .added', { hasText: '"amount": 2.50' }).waitFor();
  expect(await isTooWide(one.page)).toBe(false);
  expect(await violations(one.page)).toEqual([]);
  await one.page.getByRole('button', { name: 'Edit as JSON' }).click();
  await one.page.getByRole('button', { name: 'Edit as fields' }).click();
  await one.page.getByRole('button', { name: 'Approve as edited' }).click();
  await until(async () => world.received.length > before);
  expect(world.received.at(-1)).toContain('"amount":2.5,');
  expect(world.received.at(-1)).toContain('12345678901234567890');
});

it('streams an answer, shows the call, decides inline, and finds the dialogue again', async () => {
  const { page, complaints, context } = await visit(browser, artel);
  await signIn({ page, context, strangers: [], complaints }, artel);
  await pays(artel, { to: 'ACME', amount: 5 }, 'It is **paid**.');
  await page.goto(`${artel.url}/console/chat`);
  await page.getByRole('button', { name: 'New dialogue' }).click();
  await page.getByRole('textbox', { name: 'Message' }).fill('Pay 5 to ACME');
  await page.keyboard.press('Enter');
  await page.getByText('waits for approval').waitFor();
  await page.getByRole('button', { name: 'Approve', exact: true }).click();
  await page.locator('strong', { hasText: 'paid' }).waitFor();
  await page.reload();
  await page.locator('strong', { hasText: 'paid' }).waitFor();
  // In the dialogue, above it, and in the list of dialogues.
  await until(async () => (await page.getByText('Pay 5 to ACME').count()) === 3);
  await page.getByRole('link', { name: 'Details' }).click();
  await page.getByRole('heading', { name: 'What happened' }).waitFor();
  await page.getByRole('button', { name: 'tool_result' }).click();
  await page.getByText('"status": "succeeded"').first().waitFor();
  await page.goBack();
  await page.getByRole('textbox', { name: 'Message' }).waitFor();
  expect(complaints).toEqual([]);
});

it('shows after a reload what an edited call was made with', async () => {
  const one = await visit(browser, artel);
  await signIn(one, artel);
  await pays(artel, { to: 'ACME', amount: 5 }, 'It is edited.');
  await one.page.goto(`${artel.url}/console/chat`);
  await one.page.getByRole('button', { name: 'New dialogue' }).click();
  await one.page.getByRole('textbox', { name: 'Message' }).fill('Pay 5 to ACME, or so');
  await one.page.keyboard.press('Enter');
  await one.page.getByRole('button', { name: 'Edit', exact: true }).click();
  await one.page.getByRole('button', { name: 'Edit as JSON' }).click();
  await one.page.getByLabel('Arguments (JSON)').fill('{"to": "EMCA", "amount": 12345678901234567890}');
  await one.page.getByRole('button', { name: 'Approve as edited' }).click();
  await one.page.getByText('It is edited.').waitFor();
  await one.page.reload();
  await one.page.getByText('It is edited.').waitFor();
  const call = one.page.locator('details.call');
  await call.locator('summary').click();
  await call.getByText('12345678901234567890').waitFor();
  expect([await call.getByText('EMCA').count(), await call.getByText('ACME').count()]).toEqual([1, 0]);
  expect(one.complaints).toEqual([]);
});

it('loses nothing of an answer when the server is killed in the middle', async () => {
  const { page, complaints, context } = await visit(browser, artel);
  await signIn({ page, context, strangers: [], complaints }, artel);
  const words = Array.from({ length: 60 }, (_, index) => `w${index} `);
  await artel.script({ replies: [{ steps: [{ text: words }], timing: { gap_ms: 50 } }] });
  await page.goto(`${artel.url}/console/chat`);
  await page.getByRole('button', { name: 'New dialogue' }).click();
  await page.getByRole('textbox', { name: 'Message' }).fill('Count');
  await page.keyboard.press('Enter');
  await page.getByText('w10 ').waitFor();
  await artel.kill();
  await page.getByText('The connection is lost').waitFor();
  await artel.resume();
  await page.getByText('w59').waitFor({ timeout: 30_000 });
  const said = await page.locator('.markdown').last().innerText();
  expect(said.trim()).toBe(words.join('').trim());
  expect(complaints).toEqual([]);
});

it('stops a run', async () => {
  const one = await visit(browser, artel);
  await signIn(one, artel);
  await artel.script({ replies: [{ steps: [{ text: 'Well ' }, 'hang'] }] });
  await one.page.goto(`${artel.url}/console/chat`);
  await one.page.getByRole('button', { name: 'New dialogue' }).click();
  await one.page.getByRole('textbox', { name: 'Message' }).fill('Wait');
  await one.page.getByRole('button', { name: 'Send' }).click();
  await one.page.getByRole('button', { name: 'Stop' }).click();
  await one.page.getByText('cancelled').waitFor();
  await one.page.getByRole('button', { name: 'Send' }).waitFor();
});

it('makes an agent, tries it, publishes it, changes it, compares, and rolls back', async () => {
  const { page, complaints, context } = await visit(browser, artel);
  await signIn({ page, context, strangers: [], complaints }, artel);
  await page.goto(`${artel.url}/console/agents`);
  await page.getByRole('link', { name: 'New agent' }).click();
  await page.getByLabel('Name').fill('Poet');
  await page.getByLabel('Prompt').fill('You rhyme.');
  await page.getByLabel('Model', { exact: true }).fill('nobody:nothing');
  await page.getByRole('button', { name: 'Create' }).click();
  // The server says what is wrong, at the field.
  await page.locator('.fault').first().waitFor();
  await page.getByLabel('Model', { exact: true }).fill('demo:echo');
  await page.getByRole('button', { name: 'Create' }).click();
  await page.getByRole('heading', { name: 'Poet' }).waitFor();
  await page.getByRole('textbox', { name: 'Message' }).fill('roses');
  await page.keyboard.press('Enter');
  await page.locator('.markdown', { hasText: 'roses' }).waitFor();
  await page.getByRole('button', { name: 'Publish' }).click();
  await page.getByText('Version 2').waitFor();
  await page.getByLabel('Prompt').fill('You rhyme in Latin.');
  await page.getByRole('button', { name: 'Save' }).first().click();
  await page.getByText('unpublished changes', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Compare' }).first().click();
  await page.locator('.diff .added', { hasText: 'Latin' }).waitFor();
  await page.getByRole('button', { name: 'Publish' }).click();
  await page.getByText('Version 3').waitFor();
  await page.getByRole('button', { name: 'Roll back' }).last().click();
  await page.getByText('Version 4').waitFor();
  await until(async () => (await page.getByLabel('Prompt').inputValue()) === 'You rhyme.');
  expect(complaints).toEqual([]);
});

it('makes one agent when the answer was lost and the form is sent again', async () => {
  const one = await visit(browser, artel);
  await signIn(one, artel);
  let lost = 0;
  await one.page.route('**/v1/agents', async (route) => {
    if (route.request().method() !== 'POST' || lost > 0) return route.fallback();
    lost += 1;
    await route.fetch();
    await route.abort('connectionreset');
  });
  await one.page.goto(`${artel.url}/console/agent/new`);
  await one.page.getByLabel('Name').fill('Onlychild');
  await one.page.getByLabel('Prompt').fill('You are one.');
  await one.page.getByLabel('Model', { exact: true }).fill('demo:echo');
  await one.page.getByRole('button', { name: 'Create' }).click();
  await one.page.getByText('The server cannot be reached.').waitFor();
  await one.page.getByRole('button', { name: 'Create' }).click();
  await one.page.getByRole('heading', { name: 'Onlychild' }).waitFor();
  expect((await world.api.get('/v1/agents?q=Onlychild')).length).toBe(1);
  await one.page.getByLabel('Prompt').fill('You are the one.');
  await one.page.getByRole('button', { name: 'Save' }).first().click();
  await one.page.getByText('Saved.').waitFor();
});

it('makes a tool, and calls it once to see what is sent and answered', async () => {
  const { page, complaints, context } = await visit(browser, artel);
  await signIn({ page, context, strangers: [], complaints }, artel);
  await page.goto(`${artel.url}/console/tools`);
  await page.getByRole('link', { name: 'New tool' }).click();
  await page.getByLabel('Name').fill('refund');
  await page.getByLabel('Description').fill('Pays back');
  await page.getByLabel('Address').fill((await world.api.get(`/v1/tools/${world.toolId}`)).endpoint);
  await page.getByLabel('Schema of the arguments').fill('{"type": "object"');
  await page.getByText('This is not valid JSON').waitFor();
  await page.getByLabel('Schema of the arguments').fill('{"type": "object", "properties": {"to": {"type": "string"}, "id": {"type": "integer", "maximum": 12345678901234567890}}}');
  await page.getByRole('button', { name: 'Create' }).click();
  await page.getByRole('heading', { name: 'refund' }).waitFor();
  await page.getByLabel('Description').fill('Pays back what was paid');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved.').waitFor();
  expect(await exactly(`${artel.url}/v1/tools`, world.api.token)).toContain('12345678901234567890');
  const before = world.received.length;
  await page.getByLabel('Arguments (JSON)').fill('{"to": "ACME"}');
  await page.getByRole('button', { name: 'Call it' }).click();
  await page.getByText('status_code').waitFor();
  expect(JSON.parse(world.received[before] ?? '')).toEqual({ to: 'ACME' });
  expect(complaints).toEqual([]);
});

it('makes a key, shows it once, and revokes it', async () => {
  const { page, context, complaints } = await visit(browser, artel);
  await signIn({ page, context, strangers: [], complaints }, artel);
  await page.goto(`${artel.url}/console/access`);
  await page.getByRole('button', { name: 'New key' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('ci');
  await dialog.getByLabel('runs:read').check();
  await dialog.getByRole('button', { name: 'Make the key' }).click();
  const key = await dialog.locator('[data-secret]').innerText();
  expect((await fetch(`${artel.url}/v1/runs`, { headers: { 'x-api-key': key } })).status).toBe(200);
  await dialog.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('button', { name: 'Revoke ci' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await until(async () => (await page.getByRole('button', { name: 'Revoke ci' }).count()) === 0);
  expect((await fetch(`${artel.url}/v1/runs`, { headers: { 'x-api-key': key } })).status).toBe(401);
  await page.getByLabel('Show revoked keys').check();
  await page.locator('tr', { hasText: 'ci' }).getByText('revoked').waitFor();
  expect(await page.content()).not.toContain(key);
});

it('hides what a caller may not do, and says what the server refuses in its words', async () => {
  const { key } = await world.api.post('/v1/api-keys', { name: 'reader', scopes: ['runs:read'] });
  await pays(artel, { to: 'ACME' });
  const approval = await asks(world);
  const { page } = await visit(browser, artel);
  await page.goto(`${artel.url}/console/approvals/${approval.id}`);
  await page.getByLabel('API key').fill('artel_nonsense');
  await page.getByRole('button', { name: 'Sign in with the key' }).click();
  await page.getByText('The API key is not valid.').waitFor();
  await page.getByLabel('API key').fill(key);
  await page.getByRole('button', { name: 'Sign in with the key' }).click();
  await page.getByText('You may see this, not decide it.').waitFor();
  expect(await page.getByRole('button', { name: 'Approve' }).count()).toBe(0);
  expect(await page.getByRole('navigation', { name: 'Pages' }).getByRole('link').allInnerTexts()).not.toContain('Agents');
  await page.goto(`${artel.url}/console/agents`);
  await page.getByText('This needs the scope agents:read.').waitFor();
  await page.goto(`${artel.url}/console/run/00000000-0000-0000-0000-00000000dead`);
  await page.getByText(/There is no such run|not found|no run/i).first().waitFor();
});
