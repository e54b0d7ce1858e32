// The five journeys of people, in both languages, as sequences of pictures in tests/pictures: for somebody who looks at
// them. Each journey has a time in which it must be done.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import en from '../src/i18n/en.json';
import ru from '../src/i18n/ru.json';
import { Artel } from './artel';
import { isTooWide, launch, signIn, visit, type Look, type Visit } from './browser';
import { Demo } from './demo';
import { asks, furnish, pays, until, type World } from './world';

type Key = keyof typeof en;
type Language = 'en' | 'ru';
const TEXTS: Record<Language, Record<string, unknown>> = { en, ru };
const PHONE = { width: 360, height: 740 };

let artel: Artel;
let browser: Browser;
let world: World;

beforeAll(async () => {
  [artel, browser] = await Promise.all([Artel.start(), launch()]);
  world = await furnish(artel);
});
afterAll(async () => {
  world?.close();
  await Promise.all([artel?.stop(), browser?.close()]);
});

/** A journey: the page, its texts, and a picture of each step. */
class Film {
  private step = 0;
  private readonly began = Date.now();

  constructor(
    readonly visit: Visit,
    private readonly language: Language,
    private readonly name: string,
  ) {}

  get page(): Page {
    return this.visit.page;
  }

  /** The text of the console in the language of the journey. */
  t(key: Key): string {
    return String(TEXTS[this.language][key]);
  }

  button(key: Key, isExact = true) {
    return this.page.getByRole('button', { name: this.t(key), exact: isExact });
  }

  link(key: Key) {
    return this.page.getByRole('link', { name: this.t(key), exact: true });
  }

  field(key: Key) {
    return this.page.getByLabel(this.t(key), { exact: true });
  }

  async shot(): Promise<void> {
    this.step += 1;
    const name = `film-${this.language}-${this.name}-${String(this.step).padStart(2, '0')}`;
    await this.page.screenshot({ path: `tests/pictures/${name}.png` });
    expect(await isTooWide(this.page), name).toBe(false);
  }

  /** Nothing complained, and it took no longer than somebody has. */
  end(seconds: number): void {
    expect(this.visit.complaints).toEqual([]);
    expect(this.visit.strangers).toEqual([]);
    expect(Date.now() - this.began).toBeLessThan(seconds * 1000);
  }
}

async function film(language: Language, name: string, look: Look = {}): Promise<Film> {
  const one = await visit(browser, artel, { language, ...look });
  await signIn(one, artel);
  return new Film(one, language, name);
}

describe.each<Language>(['en', 'ru'])('in %s', (language) => {
  it('shows a newcomer an agent that calls a tool, within a minute', async () => {
    const demo = await Demo.start();
    try {
      const one = new Film(await visit(browser, demo as unknown as Artel, { language }), language, 'newcomer');
      const { page } = one;
      await page.goto(demo.link);
      await page.waitForURL('**/console/');
      // What the link redirects to comes from the binary, whatever pages are to be shown.
      await page.reload();
      await one.link('home.talk').waitFor();
      await one.shot();
      await one.link('home.talk').click();
      await one.button('chat.new').waitFor();
      await one.shot();
      await one.button('chat.new').click();
      await one.field('chat.write').fill('Echo the word hello using the tool');
      await one.shot();
      await page.keyboard.press('Enter');
      const call = page.locator('details.call', { hasText: 'echo_tool' });
      await call.getByText(one.t('call.succeeded')).waitFor();
      await one.button('chat.send').waitFor();
      await one.shot();
      await call.locator('summary').click();
      await one.shot();
      one.end(60);
    } finally {
      await demo.stop();
    }
  });

  it('lets an author make, try, publish, change, compare and roll back an agent within five minutes', async () => {
    const one = await film(language, 'author');
    const { page } = one;
    await page.goto(`${artel.url}/console/agents`);
    await one.link('agents.new').waitFor();
    await one.shot();
    await one.link('agents.new').click();
    await one.field('agent.name').fill(`Poet ${language}`);
    await one.field('agent.prompt').fill('You rhyme.');
    await one.field('agent.model').fill('demo:echo');
    await one.shot();
    await one.button('agent.create').click();
    await one.field('chat.write').fill('roses are red');
    await page.keyboard.press('Enter');
    await page.locator('.markdown', { hasText: 'roses' }).waitFor();
    await one.shot();
    await one.button('agent.publish').click();
    await page.getByText(one.t('agent.now_published')).waitFor();
    await one.shot();
    await one.field('agent.prompt').fill('You rhyme in Latin.');
    await one.button('agent.save').first().click();
    await page.getByText(one.t('agent.saved')).waitFor();
    await one.button('agent.compare').first().click();
    await page.locator('.diff .added', { hasText: 'Latin' }).scrollIntoViewIfNeeded();
    await one.shot();
    await one.button('agent.rollback').first().click();
    await until(async () => (await one.field('agent.prompt').inputValue()) === 'You rhyme.');
    await one.shot();
    one.end(300);
  });

  it('lets an approver read, change and approve a call on a phone', async () => {
    await pays(artel, { to: 'ACME GmbH', amount: 1250.5, reference: 'Invoice 2026-11' });
    const approval = await asks(world, 'Pay the invoice of ACME');
    const one = await film(language, 'approver', PHONE);
    const { page } = one;
    await page.getByRole('link', { name: 'pay' }).first().waitFor();
    await one.shot();
    await page.getByRole('link', { name: 'pay' }).first().click();
    await one.button('decide.approve').waitFor();
    await one.shot();
    await one.button('decide.edit').click();
    await page.getByLabel('amount').fill('1200');
    await one.shot();
    await one.button('decide.approve_edited').scrollIntoViewIfNeeded();
    await one.shot();
    await one.button('decide.approve_edited').click();
    await until(async () => (await world.api.get(`/v1/approvals/${approval.id}`)).status === 'approved');
    await page.getByText(one.t('approvals.none')).waitFor();
    await one.shot();
    one.end(60);
  });

  it('leads an operator from a failed run to what was wrong within two minutes', async () => {
    world.answer = '{"paid": false, "why": "the account is closed"}';
    const replies = [
      { when: { role: 'tool' }, status: 400, body: { error: { message: 'context of 9000 tokens is too long for this model' } } },
      { when: { tools: true }, steps: [{ text: 'I pay it. ' }, { tool: { name: 'pay', arguments: { to: 'ACME', amount: 7 } } }] },
    ];
    await artel.script({ replies });
    await world.api.put('/v1/approval-rules', { rules: [] });
    const body = { agent_id: world.agentId, input_message: `Pay 7 to ACME, please (${language})`, session_id: `operator-${language}` };
    await world.api.post('/v1/runs', body);
    await world.api.put('/v1/approval-rules', { rules: [{ tool: 'pay', effect: 'ask', reason: 'money leaves the house' }] });
    const one = await film(language, 'operator');
    const { page } = one;
    const failed = page.getByRole('main').getByRole('link', { name: body.input_message }).first();
    await failed.waitFor();
    await one.shot();
    await failed.click();
    await page.getByText('9000 tokens').first().waitFor();
    await page.getByRole('region', { name: one.t('run.waterfall') }).waitFor();
    await one.shot();
    await page.locator('details.call summary').click();
    await page.getByText('the account is closed').first().waitFor();
    await page.getByText(one.t('run.prompt')).click();
    await one.shot();
    await page.getByRole('region', { name: one.t('run.waterfall') }).scrollIntoViewIfNeeded();
    await one.shot();
    await page.getByRole('button', { name: 'tool_result' }).click();
    await page.getByText('"duration_ms"').last().scrollIntoViewIfNeeded();
    await one.shot();
    await one.link('run.dialogue').click();
    await page.getByRole('log').getByText(body.input_message).waitFor();
    await one.shot();
    one.end(120);
  });

  it('lets an administrator connect a service, make a key and a rule, and see what was spent', async () => {
    const one = await film(language, 'administrator');
    const { page } = one;
    const dialog = page.getByRole('dialog');
    await one.link('nav.connectors').click();
    await page.getByRole('button', { name: one.t('account.new') }).click();
    await dialog.getByLabel(one.t('account.service')).selectOption('one_c_odata');
    await dialog.getByLabel(one.t('account.label'), { exact: true }).fill(`Shop ${language}`);
    const { endpoint } = await world.api.get(`/v1/tools/${world.toolId}`);
    await dialog.locator('input[type=text]').first().fill(new URL('/base', endpoint).href);
    await dialog.locator('input[type=text]').last().fill('ada');
    await one.shot();
    await dialog.getByRole('button', { name: one.t('account.connect'), exact: true }).click();
    await page.getByRole('heading', { name: `Shop ${language}` }).waitFor();
    await one.shot();
    await one.link('nav.access').click();
    await one.button('keys.new').click();
    await dialog.getByLabel(one.t('keys.name'), { exact: true }).fill('ci');
    await dialog.getByLabel('runs:read').check();
    await one.shot();
    await one.button('keys.make').click();
    await dialog.locator('[data-secret]').waitFor();
    await one.shot();
    await one.button('do.close').click();
    await one.link('nav.approvals').click();
    await one.link('rules.title').click();
    await one.button('rules.new').click();
    await one.field('rule.tool').fill('drop_*');
    await one.field('rule.effect').selectOption('deny');
    await one.shot();
    await one.button('agent.save').click();
    await page.getByText('drop_*', { exact: true }).last().waitFor();
    await one.shot();
    await one.link('nav.usage').click();
    await page.getByRole('region', { name: one.t('usage.of_calls') }).getByRole('table').waitFor();
    await one.shot();
    await one.link('nav.access').click();
    await one.link('access.audit').click();
    await page.getByRole('button', { name: 'credential.create' }).first().waitFor();
    await one.shot();
    one.end(180);
  });
});
