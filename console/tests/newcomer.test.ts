// `artel demo`, as somebody sees it who has never seen the product.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launch } from './browser';
import { Demo } from './demo';
import { showPages } from './pages';

let demo: Demo;
let browser: Browser;

beforeAll(async () => {
  [demo, browser] = await Promise.all([Demo.start(), launch()]);
});
afterAll(async () => {
  await Promise.all([demo?.stop(), browser?.close()]);
});

it('signs in with the printed link, talks to an agent, and sees its tool call happen, within a minute', async () => {
  const started = Date.now();
  const context = await browser.newContext({ locale: 'en-GB' });
  await showPages(context);
  const page = await context.newPage();
  await page.goto(demo.link);
  await page.waitForURL('**/console/');
  await page.getByRole('link', { name: 'Talk to an agent' }).click();
  await page.getByRole('button', { name: 'New dialogue' }).click();
  await page.getByRole('textbox', { name: 'Message' }).fill('Echo the word hello using the tool');
  await page.keyboard.press('Enter');
  await page.locator('details.call', { hasText: 'echo_tool' }).getByText('succeeded').waitFor();
  expect(Date.now() - started).toBeLessThan(60_000);

  // The link has been used up, for everybody.
  const other = await (await browser.newContext({ locale: 'en-GB' })).newPage();
  await other.goto(demo.link);
  await other.getByText('This link was used already').waitFor();
});
