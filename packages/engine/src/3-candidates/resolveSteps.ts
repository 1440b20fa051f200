import type { ChainPort, Question, Step } from '@behest/spec'
import type { ResolvedStep } from './collectCandidates.js'
import { resolveTokens } from './resolveTokens.js'

/** Finds the tokens of every step, or what has to be asked about them. */
export async function resolveSteps(options: {
  readonly steps: readonly Step[]
  readonly chain: ChainPort
}): Promise<
  | { readonly type: 'steps'; readonly steps: readonly ResolvedStep[] }
  | { readonly type: 'questions'; readonly questions: readonly Question[] }
> {
  const { steps, chain } = options
  const resolved: ResolvedStep[] = []
  const questions: Question[] = []
  for (const [stepIndex, step] of steps.entries()) {
    const found = await resolveTokens({ step, stepIndex, chain })
    questions.push(...found.questions)
    resolved.push({ step, stepIndex, tokens: found.tokens })
  }
  return questions.length > 0
    ? { type: 'questions', questions }
    : { type: 'steps', steps: resolved }
}
