import type { ChainPort, Question, Step, Token, TokenRef } from '@behest/spec'
import { TokenUnknownError } from './errors.js'

/** The places of a step in which a token can stand. */
const tokenSlots = ['sell', 'buy', 'token', 'collateral'] as const
type TokenSlot = (typeof tokenSlots)[number]

/** The tokens of one step, by slot, as contracts of the chain. */
export type ResolvedTokens = Readonly<Partial<Record<TokenSlot, Token>>>

/**
 * Finds the contract behind each token that a step names.
 *
 * @param options.step - The step as understood.
 * @param options.stepIndex - Its place, for the slot of a question.
 * @param options.chain - Where the tokens live.
 * @returns The tokens by slot, and a question for each name that fits several.
 * @throws {TokenUnknownError} when a name fits none.
 */
export async function resolveTokens(options: {
  readonly step: Step
  readonly stepIndex: number
  readonly chain: ChainPort
}): Promise<{
  readonly tokens: ResolvedTokens
  readonly questions: readonly Question[]
}> {
  const { step, stepIndex, chain } = options
  const found = await Promise.all(
    tokenSlots.map(async (slot) => {
      const reference = readReference(step, slot)
      if (!reference) return null
      const tokens = await chain.findTokens(reference)
      if (tokens.length === 0)
        throw new TokenUnknownError({
          token: describe(reference),
          chain: chain.chainName,
        })
      return { slot, reference, tokens }
    }),
  )
  const tokens: Partial<Record<TokenSlot, Token>> = {}
  const questions: Question[] = []
  for (const entry of found) {
    if (!entry) continue
    const [only, second] = entry.tokens
    if (only && !second) tokens[entry.slot] = only
    else
      questions.push({
        slot: toSlotPath(stepIndex, entry.slot),
        text: `Several tokens are called ${describe(entry.reference)}. Which one?`,
        options: entry.tokens.map((token) => ({
          label: `${token.symbol} ${token.address}`,
          value: { address: token.address },
        })),
      })
  }
  return { tokens, questions }
}

function readReference(step: Step, slot: TokenSlot): TokenRef | undefined {
  return slot === 'token' ? step.token : step[slot]?.token
}

function toSlotPath(stepIndex: number, slot: TokenSlot): string {
  const head = `steps[${stepIndex}].${slot}`
  return slot === 'token' ? head : `${head}.token`
}

function describe(reference: TokenRef): string {
  return 'symbol' in reference ? reference.symbol : reference.address
}
