import type { IntentArtifact, ParseResult, Question } from '@behest/spec'
import { hashJson } from '../hashArtifact.js'
import type { OpenIntent } from '../openIntent.js'
import type { EnginePorts } from '../ports.js'
import { suggestOptions } from './suggestOptions.js'

type Ports = Pick<EnginePorts, 'options'>

/**
 * Asks what the words left open. What was shown is what an answer such as "the
 * second" means: it is kept.
 */
export async function askQuestions(
  intent: OpenIntent,
  understood: IntentArtifact,
  ports: Ports,
): Promise<'waiting'> {
  const { result } = understood
  if (result.type !== 'clarify') return 'waiting'
  const questions = await suggestOptions({
    account: intent.stored().account,
    result,
    port: ports.options,
  })
  const message = questions[0]?.text ?? 'Something is missing.'
  if (hashJson(questions) === hashJson(result.questions))
    await intent.setStatus({ status: 'needs-answer', message })
  else
    await intent.append({
      artifact: { ...understood, result: { ...result, questions } },
      status: 'needs-answer',
      message,
    })
  return 'waiting'
}

/** What only the chain could tell is doubtful: the intent becomes a draft again. */
export async function askAgain(
  intent: OpenIntent,
  understood: IntentArtifact,
  questions: readonly Question[],
  ports: Ports,
): Promise<'waiting'> {
  const { result } = understood
  if (result.type !== 'intent') return askQuestions(intent, understood, ports)
  const draft: Extract<ParseResult, { type: 'clarify' }> = {
    type: 'clarify',
    draft: result.intent,
    questions: [...questions],
  }
  await intent.append({
    artifact: {
      ...understood,
      result: {
        ...draft,
        questions: await suggestOptions({
          account: intent.stored().account,
          result: draft,
          port: ports.options,
        }),
      },
    },
    status: 'needs-answer',
    message: questions[0]?.text ?? 'Something is missing.',
  })
  return 'waiting'
}
