import { expect, it } from 'vitest';
import { deliveryOf, isLocal, newSecret, takesSecret } from './delivery';

const GITHUB = { verify: [{ hmac: { header: 'X-Hub-Signature-256', prefix: 'sha256=', encoding: 'hex', signed: '{body}' } }] };

it('signs as GitHub does', async () => {
  const { body, headers } = await deliveryOf({ a: 1 }, GITHUB, "It's a Secret to Everybody");
  const { createHmac } = await import('node:crypto');
  const expected = createHmac('sha256', "It's a Secret to Everybody").update(body).digest('hex');
  expect([body, headers]).toEqual(['{"a":1}', { 'X-Hub-Signature-256': `sha256=${expected}` }]);
});

it('shows a secret where the service shows it', async () => {
  const telegram = { verify: [{ header_secret: { header: 'X-Telegram-Bot-Api-Secret-Token' } }] };
  expect((await deliveryOf({}, telegram, 's')).headers).toEqual({ 'X-Telegram-Bot-Api-Secret-Token': 's' });
  const bitrix = { verify: [{ body_secret: { at: '/auth/application_token' } }] };
  expect(JSON.parse((await deliveryOf({ a: 1 }, bitrix, 's')).body)).toEqual({ a: 1, auth: { application_token: 's' } });
});

it('proves nothing without a secret, or to services that are known by their address', async () => {
  expect((await deliveryOf({}, GITHUB, '')).headers).toEqual({});
  const market = { verify: [{ source: { ranges: ['5.45.207.0/25'] } }] };
  expect([takesSecret(GITHUB), takesSecret(market), takesSecret({}), takesSecret(null)]).toEqual([true, false, false, false]);
  expect((await deliveryOf({}, market, 's')).headers).toEqual({});
});

it('makes secrets that differ, and knows addresses that no service reaches', () => {
  expect(newSecret()).toMatch(/^[0-9a-f]{48}$/);
  expect(newSecret()).not.toBe(newSecret());
  expect(['localhost', '127.0.0.1', '[::1]', 'artel.example'].map(isLocal)).toEqual([true, true, true, false]);
});
