// A rule about calls as it is written in a form, and as it is sent.
import type { Rule } from '../api/types';
import { JsonFault, parseJson, writeJson, type Json } from '../text/json';

export const COMPARISONS = ['eq', 'gt', 'lt', 'matches'] as const;
export const EFFECTS = ['ask', 'deny', 'allow'] as const;
export type Comparison = (typeof COMPARISONS)[number];
export type Effect = (typeof EFFECTS)[number];

export interface DraftCondition {
  argument: string;
  is: Comparison;
  value: string;
}

export interface Draft {
  tool: string;
  /** Empty: of every agent. */
  agentId: string;
  effect: Effect;
  reason: string;
  conditions: DraftCondition[];
  /** Ids and scopes, apart by white space or commas. */
  users: string;
  scopes: string;
}

export function draftOf(rule: Rule | null): Draft {
  const conditions = (rule?.conditions ?? []).map(({ argument, is, value }) => ({ argument, is, value: written(value as Json) }));
  return {
    tool: rule?.tool ?? '',
    agentId: rule?.agent_id ?? '',
    effect: rule?.effect ?? 'ask',
    reason: rule?.reason ?? '',
    conditions,
    users: (rule?.approvers?.users ?? []).join('\n'),
    scopes: (rule?.approvers?.scopes ?? []).join(' '),
  };
}

export function ruleOf(draft: Draft): Rule {
  const [users, scopes] = [words(draft.users), words(draft.scopes)];
  const conditions = draft.conditions.map(({ argument, is, value }) => ({ argument: argument.trim(), is, value: valueOf(is, value) }));
  return {
    tool: draft.tool.trim(),
    effect: draft.effect,
    conditions,
    ...(draft.agentId === '' ? {} : { agent_id: draft.agentId }),
    ...(draft.reason.trim() === '' ? {} : { reason: draft.reason }),
    ...(users.length + scopes.length === 0 ? {} : { approvers: { users, scopes } }),
  } as Rule;
}

/** A text as it stands, unless it would be read as something else; other values as JSON. */
export function written(value: Json): string {
  return typeof value === 'string' && jsonOf(value) === undefined ? value : writeJson(value);
}

/** A pattern is a text, whatever it looks like. Everything else may be JSON, and is a text when it is none. */
export function valueOf(is: Comparison, text: string): Json {
  const value = jsonOf(text);
  if (is === 'matches') return typeof value === 'string' ? value : text;
  return value === undefined ? text : value;
}

function jsonOf(text: string): Json | undefined {
  try {
    return parseJson(text);
  } catch (cause) {
    if (cause instanceof JsonFault) return undefined;
    throw cause;
  }
}

function words(text: string): string[] {
  return text.split(/[\s,]+/).filter((word) => word !== '');
}
