import { expect, it } from 'vitest';
import { pieces } from '../text/invisible';
import { argsOf, withArg, type Arg } from './args';

const isReadable = (text: string) => !pieces(text).some((piece) => piece.isMark);
const TEXT = '{"to": "ACME", "amount": 12345678901234567890, "isUrgent": true, "lines": [1]}';
const SCHEMA = { properties: { to: { title: 'Receiver', description: 'Whom', enum: ['ACME', 'EMCA'] }, amount: { description: 7 } } };

it('makes fields of arguments, with what the schema says of them', () => {
  const args = argsOf(TEXT, SCHEMA, isReadable) ?? [];
  expect(args.map((arg) => [arg.name, arg.kind, arg.text, arg.title, arg.hint])).toEqual([
    ['to', 'text', 'ACME', 'Receiver', 'Whom'],
    ['amount', 'number', '12345678901234567890', 'amount', ''],
    ['isUrgent', 'boolean', 'true', 'isUrgent', ''],
    ['lines', 'json', '[\n  1\n]', 'lines', ''],
  ]);
  expect(args[0]?.options).toEqual(['ACME', 'EMCA']);
});

it('changes one member, loses no digit of the others, and takes nothing that is of another kind', () => {
  const [to, amount, isUrgent, lines] = argsOf(TEXT, null, isReadable) as [Arg, Arg, Arg, Arg];
  expect(withArg(TEXT, to, '{"a": 1}')).toContain('"to": "{\\"a\\": 1}",\n  "amount": 12345678901234567890');
  expect(withArg(TEXT, amount, ' 1.10 ')).toContain('"amount": 1.10');
  expect(withArg(TEXT, amount, '"1"')).toBeNull();
  expect(withArg(TEXT, amount, '')).toBeNull();
  expect(withArg(TEXT, isUrgent, 'false')).toContain('"isUrgent": false');
  expect(withArg(TEXT, lines, '[2, 3]')).toContain('3');
  expect(withArg(TEXT, lines, '[2')).toBeNull();
});

it('leaves to JSON what a control would change or hide', () => {
  for (const text of ['{"a": "x\\r\\ny"}', '{"a": "x\\u202ey"}', '{"a\\u200b": 1}', '[1]', '1', '{"a"']) expect(argsOf(text, null, isReadable), text).toBeNull();
  expect(argsOf('{"a": "x\\ny"}', null, isReadable)).toHaveLength(1);
});
