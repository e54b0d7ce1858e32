import { expect, it } from 'vitest';
import { filesOf, split } from './attached';

const [A, B] = ['0197a1b2-0000-7000-8000-000000000001', '0197a1b2-0000-7000-8000-000000000002'];

it('takes the files of a message apart from it', () => {
  const lines = `- a (1).pdf (application/pdf, 48213 bytes): artifact_id ${A}\n- b (text/plain; charset=utf-8, 3 bytes): artifact_id ${B}`;
  expect(split(`Read this\n\nAttached files:\n${lines}`)).toEqual({
    input: 'Read this',
    files: [{ id: A, title: 'a (1).pdf' }, { id: B, title: 'b' }],
  });
});

it('leaves a text alone that only looks like it', () => {
  for (const text of ['Hi', 'Hi\n\nAttached files:\n', `Hi\n\nAttached files:\n- x: artifact_id ${A}`, `Hi\n\nAttached files:\n- x (y, 3 bytes): artifact_id ${A}\nand more`]) {
    expect(split(text)).toEqual({ input: text, files: [] });
  }
});

it('finds the files that an answer names, each once', () => {
  expect(filesOf({ made: [{ artifact_id: A }, { artifact_id: A }], artifact_id: 'no id', more: { x: { artifact_id: B } } })).toEqual([A, B]);
  expect([filesOf(null), filesOf('x'), filesOf(undefined)]).toEqual([[], [], []]);
});
