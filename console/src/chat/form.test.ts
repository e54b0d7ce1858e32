import { expect, it } from 'vitest';
import type { FormField } from '../api/types';
import { writeJson } from '../text/json';
import { begun, faultOf, valueOf } from './form';

const field = (type: FormField['type'], more: object = {}): FormField => ({ name: 'x', label: 'X', type, ...more }) as FormField;

it('begins with what the form proposes', () => {
  expect(begun(field('text', { default: 'Kazan' }))).toBe('Kazan');
  expect(begun(field('number', { default: 2.5 }))).toBe('2.5');
  expect(begun(field('boolean', { default: true }))).toBe(true);
  expect(begun(field('multiselect', { default: ['a', 'b'] }))).toEqual(['a', 'b']);
  expect([begun(field('date')), begun(field('boolean')), begun(field('multiselect'))]).toEqual(['', false, []]);
});

it('sends each field as the form takes it, and leaves out what is empty', () => {
  expect(valueOf(field('text'), ' Kazan ')).toBe(' Kazan ');
  expect(valueOf(field('number'), '2,5')).toBe(2.5);
  expect(writeJson(valueOf(field('number'), '12345678901234567890') ?? null)).toBe('12345678901234567890');
  expect(valueOf(field('multiselect'), ['a'])).toEqual(['a']);
  expect(valueOf(field('boolean'), false)).toBe(false);
  expect(valueOf(field('file'), 'id')).toEqual({ artifact_id: 'id' });
  expect([valueOf(field('text'), '  '), valueOf(field('multiselect'), []), valueOf(field('file'), '')]).toEqual([undefined, undefined, undefined]);
});

it('says what is wrong before anything is sent', () => {
  expect(faultOf(field('text', { required: true }), ' ')).toBe('needed');
  expect(faultOf(field('number'), 'many')).toBe('no_number');
  expect(faultOf(field('number'), '"5"')).toBe('no_number');
  expect(faultOf(field('boolean', { required: true }), false)).toBe(null);
  expect(faultOf(field('text'), '')).toBe(null);
});
