import { expect, it } from 'vitest';
import { fieldsOf, secretOf } from './secret';

const SCHEMA = {
  type: 'object',
  properties: {
    base: { type: 'string', title: 'Server', 'x-title-ru': 'Сервер', writeOnly: false, default: 'https://a', enum: ['https://a', 'https://b'] },
    headers: { type: 'object', additionalProperties: { type: 'string' }, title: 'Headers', writeOnly: true },
    readers: { type: 'array', items: { type: 'string' }, title: 'Readers', writeOnly: false },
    token: { type: 'string', title: 'Token', 'x-title-ru': 'Токен', writeOnly: true },
  },
  required: ['token'],
};

it('asks first for what is needed, in the language of the reader', () => {
  const fields = fieldsOf(SCHEMA, 'ru');
  expect(fields.map((field) => [field.name, field.title, field.kind, field.isSecret, field.isRequired])).toEqual([
    ['token', 'Токен', 'line', true, true],
    ['base', 'Сервер', 'choice', false, false],
    ['headers', 'Headers', 'pairs', true, false],
    ['readers', 'Readers', 'list', false, false],
  ]);
  expect(fieldsOf(SCHEMA, 'en')[1]).toMatchObject({ title: 'Server', initial: 'https://a', options: ['https://a', 'https://b'] });
});

it('sends what was written, and leaves out what was not', () => {
  const fields = fieldsOf(SCHEMA, 'en');
  const entries = { token: ' abc ', base: '', headers: 'x-key: a:b\n\nx-empty', readers: 'ada\n bob ' };
  expect(secretOf(fields, entries)).toEqual({ token: 'abc', headers: { 'x-key': 'a:b', 'x-empty': '' }, readers: ['ada', 'bob'] });
});
