import { expect, it } from 'vitest';
import type { Rule } from '../api/types';
import { parseJson, writeJson, type Json } from '../text/json';
import { draftOf, ruleOf, valueOf } from './rule';

const rules = `[
  {"tool": "pay_*", "effect": "ask", "conditions": [{"argument": "/amount", "is": "gt", "value": 12345678901234567890}], "reason": "much"},
  {"tool": "x", "effect": "deny", "conditions": [{"argument": "/a", "is": "eq", "value": "5"}, {"argument": "/b", "is": "eq", "value": 5},
    {"argument": "/c", "is": "eq", "value": {"d": [true]}}, {"argument": "/e", "is": "matches", "value": "7"}, {"argument": "/f", "is": "matches", "value": "notes/*"}]},
  {"tool": "y", "effect": "ask", "conditions": [], "agent_id": "a", "approvers": {"users": ["u", "v"], "scopes": ["chief"]}}
]`;

it('changes nothing of a rule that is opened and saved', () => {
  for (const rule of parseJson(rules) as Json[]) {
    const saved = ruleOf(draftOf(rule as unknown as Rule)) as unknown as Record<string, Json>;
    const sorted = (one: Json) => Object.entries(one as object).sort(([a], [b]) => a.localeCompare(b));
    expect(writeJson(sorted(saved) as Json)).toBe(writeJson(sorted(rule) as Json));
  }
});

it('takes what looks like JSON for JSON, but for patterns', () => {
  expect([valueOf('eq', 'true'), valueOf('eq', 'yes'), valueOf('gt', '100'), valueOf('gt', 'much')]).toEqual([true, 'yes', 100, 'much']);
  expect([valueOf('matches', '100'), valueOf('matches', '*.csv'), valueOf('matches', '"100"')]).toEqual(['100', '*.csv', '100']);
});
