import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import en from './en.json';
import ru from './ru.json';

type Text = string | Record<string, string>;
const LANGUAGES: Record<string, Record<string, Text>> = { en, ru };

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(svelte|ts)$/.test(name) && !/\.test\.ts$|schema\.d\.ts$/.test(name))
  .map((name) => readFileSync(`src/${name}`, 'utf8'))
  .join('\n');
/** `'nav.home'` somewhere in the sources. */
const named = new Set([...sources.matchAll(/'([a-z]+(?:\.[a-z_]+)?)'/g)].map((match) => match[1]));
/** `t(`phase.${phase}`)` uses every text that begins with `phase.` */
const begun = [...sources.matchAll(/t\(`([a-z]+\.)\$\{/g)].map((match) => match[1] ?? '');
const asked = [...sources.matchAll(/\bt\(\s*'([^']+)'/g)].map((match) => match[1] ?? '');

const values = (text: Text) => [...new Set(JSON.stringify(text).match(/\{\w+\}/g) ?? [])].sort();

describe('messages', () => {
  it('has every text in every language, with the same values', () => {
    expect(Object.keys(ru)).toEqual(Object.keys(en));
    for (const [key, text] of Object.entries(LANGUAGES.en ?? {})) {
      expect(values(LANGUAGES.ru?.[key] ?? ''), key).toEqual(values(text));
    }
  });

  it('has every text that is asked for, and none that nobody asks for', () => {
    expect(asked.filter((key) => !(key in en))).toEqual([]);
    const isUsed = (key: string) => named.has(key) || begun.some((start) => key.startsWith(start));
    expect(Object.keys(en).filter((key) => !isUsed(key))).toEqual([]);
  });

  it('has the plural forms of its language', () => {
    for (const [language, texts] of Object.entries(LANGUAGES)) {
      const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories.toSorted();
      for (const [key, text] of Object.entries(texts)) {
        if (typeof text !== 'string') expect(Object.keys(text).toSorted(), `${language} ${key}`).toEqual(forms);
      }
    }
  });

  it('leaves no text of a page outside of the files', () => {
    const pages = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.svelte'));
    const fixed = /^(?:Artel|English|Русский|[^A-Za-zА-Яа-я]*|U\+)$/;
    for (const name of pages) {
      const markup = readFileSync(`src/${name}`, 'utf8').replace(/<(script|style)[\s\S]*?<\/\1>|<!--[\s\S]*?-->/g, '');
      const texts = markup.replace(/=\{[^}]*\}/g, '').match(/(?<=[\w"'}\/]>)[^<>{}]+(?=<|\{)/g) ?? [];
      expect(texts.map((text) => text.trim()).filter((text) => !fixed.test(text)), name).toEqual([]);
    }
  });
});
