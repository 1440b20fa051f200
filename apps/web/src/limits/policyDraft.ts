// One file because it is one form: what is typed, and the policy that it makes.
import {
  type Address,
  actions,
  isSameAddress,
  type Policy,
  type PolicyRules,
  policySchema,
  toDecimal,
  toUnits,
} from '@behest/spec'

/** One set of limits as it is typed. */
export type RulesDraft = {
  readonly perTransactionUsd: string
  readonly perDayUsd: string
  readonly actions: readonly string[]
  readonly tokens: readonly string[]
  readonly venues: readonly string[]
  readonly recipients: readonly string[]
  /** Per cent, as people write it. */
  readonly maxPriceImpact: string
  readonly maxSlippage: string
  readonly minHealth: string
}

/** A policy as it is typed. */
export type PolicyDraft = {
  readonly limits: RulesDraft
  readonly automatic: RulesDraft
  /** Whether anything at all is done with nobody asked. */
  readonly actsAlone: 'yes' | 'no'
  readonly beyond: 'ask' | 'refuse'
  readonly lastDay: string
  readonly coolingOffHours: string
}

/** Which field cannot be read, as `limits.perDayUsd`. */
export type DraftProblem = { readonly field: string }

const aYearMs = 365 * 86_400_000
const first: PolicyDraft = {
  limits: {
    perTransactionUsd: '5000',
    perDayUsd: '10000',
    actions: ['any'],
    tokens: ['any'],
    venues: ['any'],
    recipients: ['any'],
    maxPriceImpact: '3',
    maxSlippage: '1',
    minHealth: '1.2',
  },
  automatic: {
    perTransactionUsd: '100',
    perDayUsd: '250',
    actions: ['swap', 'supply'],
    tokens: ['any'],
    venues: ['any'],
    recipients: [],
    maxPriceImpact: '1',
    maxSlippage: '0.5',
    minHealth: '1.5',
  },
  actsAlone: 'no',
  beyond: 'ask',
  lastDay: '',
  coolingOffHours: '24',
}

/** Fills the form: with the policy that stands, or with a careful first one. */
export function toDraft(policy: Policy | null, nowMs: number): PolicyDraft {
  if (policy === null) return { ...first, lastDay: toDay(nowMs + aYearMs) }
  const endMs = policy.validUntilUnixSeconds * 1000
  return {
    limits: toRulesDraft(policy.limits),
    automatic: policy.automatic
      ? toRulesDraft(policy.automatic)
      : first.automatic,
    actsAlone: policy.automatic ? 'yes' : 'no',
    beyond: policy.beyond,
    // What ran out is renewed, not signed dead.
    lastDay: toDay(endMs > nowMs ? endMs : nowMs + aYearMs),
    coolingOffHours: toHours(policy.coolingOffSeconds),
  }
}

/**
 * Reads the form.
 *
 * @returns The policy to sign, or the fields that make no sense.
 */
export function parseDraft(options: {
  readonly draft: PolicyDraft
  readonly account: Address
  readonly chainId: number
  readonly sequence: number
}):
  | { readonly type: 'policy'; readonly policy: Policy }
  | { readonly type: 'problems'; readonly problems: readonly DraftProblem[] } {
  const { draft, account, chainId, sequence } = options
  const parsed = policySchema.safeParse({
    version: 1,
    account,
    chainId,
    sequence,
    // To the end of the day that was chosen, wherever the reader is.
    validUntilUnixSeconds:
      Date.parse(`${draft.lastDay}T23:59:59Z`) / 1000 || Number.NaN,
    limits: fromRulesDraft(draft.limits),
    ...(draft.actsAlone === 'yes'
      ? { automatic: fromRulesDraft(draft.automatic) }
      : {}),
    beyond: draft.beyond,
    coolingOffSeconds: fromHours(draft.coolingOffHours),
  })
  if (parsed.success) return { type: 'policy', policy: parsed.data }
  const fields = parsed.error.issues.map(({ path }) =>
    path
      .filter((part) => typeof part === 'string')
      .join('.')
      .replace('validUntilUnixSeconds', 'lastDay')
      .replace('coolingOffSeconds', 'coolingOffHours')
      .replace(/Bps$/, ''),
  )
  return {
    type: 'problems',
    problems: [...new Set(fields)].map((field) => ({ field })),
  }
}

/** What is typed into a field of many lines: one entry a line. */
export function toEntries(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter((entry) => entry !== '')
}

/** Names what a policy lists by address, where it is known. */
export function nameToken(
  token: string,
  known: readonly { readonly symbol: string; readonly token: string }[],
): string {
  return (
    known.find((one) =>
      token.startsWith('0x')
        ? isSameAddress(one.token as Address, token as Address)
        : one.token === token,
    )?.symbol ?? token
  )
}

function toRulesDraft(rules: PolicyRules): RulesDraft {
  const { maxPriceImpactBps, maxSlippageBps, ...rest } = rules
  return {
    ...rest,
    maxPriceImpact: toPercentText(maxPriceImpactBps),
    maxSlippage: toPercentText(maxSlippageBps),
  }
}

function fromRulesDraft(draft: RulesDraft): Record<keyof PolicyRules, unknown> {
  const { maxPriceImpact, maxSlippage, ...rest } = draft
  return {
    ...rest,
    perTransactionUsd: toPlain(rest.perTransactionUsd),
    perDayUsd: toPlain(rest.perDayUsd),
    minHealth: toPlain(rest.minHealth),
    actions: rest.actions.filter(
      (action) => action === 'any' || actions.some((known) => known === action),
    ),
    maxPriceImpactBps: fromPercentText(maxPriceImpact),
    maxSlippageBps: fromPercentText(maxSlippage),
  }
}

/** `1,000.50` as people write it, and full-width digits, become plain ones. */
function toPlain(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[\s$,]/g, '')
    .replace(/^0+(?=\d)/, '')
}

function toPercentText(bps: number): string {
  return toDecimal(BigInt(bps), 2)
}

function fromPercentText(text: string): number {
  const plain = toPlain(text).replace(/%$/, '')
  return /^\d{1,3}(?:\.\d{1,2})?$/.test(plain)
    ? Number(toUnits(plain, 2))
    : Number.NaN
}

function toHours(seconds: number): string {
  return seconds % 3600 === 0
    ? String(seconds / 3600)
    : (seconds / 3600).toFixed(2)
}

function fromHours(text: string): number {
  const plain = toPlain(text)
  return /^\d{1,4}(?:\.\d{1,2})?$/.test(plain)
    ? Math.round(Number(plain) * 3600)
    : Number.NaN
}

function toDay(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}
