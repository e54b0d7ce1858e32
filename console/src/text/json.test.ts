import { describe, expect, it } from 'vitest';
import { Exact, JsonFault, parseJson, writeJson } from './json';

describe('JSON', () => {
  it('keeps numbers as they stood', () => {
    const text = '{\n  "id": 12345678901234567890,\n  "price": 1.10,\n  "count": 3,\n  "tiny": 1e-400\n}';
    expect(writeJson(parseJson(text))).toBe(text);
    expect(parseJson('3')).toBe(3);
    expect(parseJson('1.0')).toEqual(new Exact('1.0'));
  });

  it('reads what JSON.parse reads', () => {
    const value = { a: [1, -2.5, true, null, 'x\n\u202e'], b: {}, c: [], '': '\\' };
    expect(parseJson(JSON.stringify(value))).toEqual(value);
    expect(parseJson(' [ ] ')).toEqual([]);
    expect(Object.keys(parseJson('{"__proto__": 1}') as object)).toEqual(['__proto__']);
  });

  it('says where a text is no JSON', () => {
    for (const bad of ['', '{', '{"a" 1}', '[1,]', '01', '"\n"', '{} x', 'nul', '"\\x"', '['.repeat(600)]) {
      expect(() => parseJson(bad), bad).toThrow(JsonFault);
    }
    expect(() => parseJson('{\n  "a": oops\n}')).toThrow('2:8');
  });
});
