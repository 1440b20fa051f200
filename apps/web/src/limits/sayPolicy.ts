import type { Policy, PolicyRules } from '@behest/spec'
import { toDecimal } from '@behest/spec'
import { toGrouped } from '../amounts/toGrouped.js'
import type { Words } from '../words/english.js'
import { nameToken } from './policyDraft.js'

/** A rule of a policy, as it is read. */
export type SaidRule = { readonly name: string; readonly value: string }

type KnownTokens = Parameters<typeof nameToken>[1]

/** Reads one set of limits out, rule by rule. */
export function sayRules(
  rules: PolicyRules,
  words: Words,
  tokens: KnownTokens,
): readonly SaidRule[] {
  const { limits } = words
  const list = (
    entries: readonly string[],
    say: (entry: string) => string = (entry) => entry,
  ) =>
    entries.includes('any')
      ? limits.anything
      : entries.length === 0
        ? limits.none
        : entries.map(say).join(words.listComma)
  const percent = (bps: number) => `${toDecimal(BigInt(bps), 2)} %`
  return [
    { name: limits.perPlan, value: `$${toGrouped(rules.perTransactionUsd)}` },
    { name: limits.perDay, value: `$${toGrouped(rules.perDayUsd)}` },
    {
      name: limits.actions,
      value: list(
        rules.actions,
        (action) => limits.actionNames[action] ?? action,
      ),
    },
    {
      name: limits.tokens,
      value: list(rules.tokens, (token) => nameToken(token, tokens)),
    },
    { name: limits.venues, value: list(rules.venues) },
    {
      name: limits.recipients,
      value: rules.recipients.includes('any')
        ? limits.anyone
        : rules.recipients.length === 0
          ? limits.nobody
          : rules.recipients.join(words.listComma),
    },
    { name: limits.priceImpact, value: percent(rules.maxPriceImpactBps) },
    { name: limits.slippage, value: percent(rules.maxSlippageBps) },
    { name: limits.minHealth, value: rules.minHealth },
  ]
}

/** What another policy would change, before it is signed. */
export function listChanges(options: {
  readonly before: Policy
  readonly after: Policy
  readonly words: Words
  readonly tokens: KnownTokens
}): readonly (SaidRule & { readonly was: string })[] {
  const { before, after, words, tokens } = options
  const say = (policy: Policy): readonly SaidRule[] => {
    const rules = (title: string, of: PolicyRules | undefined) =>
      of === undefined
        ? []
        : sayRules(of, words, tokens).map(({ name, value }) => ({
            name: `${title}: ${name}`,
            value,
          }))
    return [
      ...rules(words.limits.hard, policy.limits),
      {
        name: words.limits.alone,
        value: policy.automatic ? words.limits.yes : words.limits.no,
      },
      ...rules(words.limits.alone, policy.automatic),
      { name: words.limits.between, value: words.limits.beyond[policy.beyond] },
      {
        name: words.limits.lastDay,
        value: new Date(policy.validUntilUnixSeconds * 1000)
          .toISOString()
          .slice(0, 10),
      },
      {
        name: words.limits.coolingOff,
        value: words.limits.hours(String(policy.coolingOffSeconds / 3600)),
      },
    ]
  }
  const was = new Map(say(before).map(({ name, value }) => [name, value]))
  return say(after)
    .map((rule) => ({ ...rule, was: was.get(rule.name) ?? '–' }))
    .filter(({ value, was: old }) => value !== old)
}
