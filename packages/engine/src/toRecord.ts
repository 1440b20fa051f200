import {
  type Artifact,
  artifactSchema,
  type IntentRecord,
  type Stage,
  type StoredIntent,
  type Token,
} from '@behest/spec'
import * as z from 'zod'
import { buildPreview } from './7-approval/buildPreview.js'
import { toProposal } from './orders/standOrder.js'
import { type Limits, toRunLimits } from './ports.js'

/**
 * Draws everything known of an intent, the preview and the questions with it.
 *
 * @returns The record as every surface shows it.
 */
export function toRecord(options: {
  readonly stored: StoredIntent
  readonly nativeToken: Token
  readonly limits: Limits
}): IntentRecord {
  const { stored, nativeToken, limits } = options
  const artifacts: IntentRecord['artifacts'] = {}
  const hashes: IntentRecord['hashes'] = {}
  for (const { stage, hash, body } of stored.artifacts) {
    setArtifact(artifacts, z.decode(artifactSchema, body))
    hashes[stage] = hash
  }
  const { utterance, intent, quotes, plan, simulation } = artifacts
  const draft = intent?.result
  const answers = (quotes?.outcomes ?? []).flatMap(({ outcome }) =>
    outcome.type === 'quoted' && outcome.quote.answer
      ? quotes?.ranking.some(
          ({ quoteIds }) => quoteIds[0] === outcome.quote.quoteId,
        )
        ? [outcome.quote.answer]
        : []
      : [],
  )
  return {
    id: stored.id,
    stage: stored.stage,
    status: stored.status,
    utterance: stored.utterance,
    account: stored.account,
    chainId: stored.chainId,
    createdAt: stored.createdAt,
    updatedAt: stored.updatedAt,
    artifacts,
    hashes,
    ...(stored.status === 'needs-answer' && draft?.type === 'clarify'
      ? { questions: draft.questions }
      : {}),
    ...(plan && simulation && quotes && hashes.plan && hashes.simulation
      ? {
          preview: buildPreview({
            plan,
            planHash: hashes.plan,
            simulation,
            simulationHash: hashes.simulation,
            quotes,
            nativeToken,
            knownContracts: utterance?.run
              ? toRunLimits(limits).knownContracts
              : limits.knownContracts,
            ...(intent?.follows ? { follows: intent.follows } : {}),
          }),
        }
      : {}),
    ...(intent?.answer === undefined
      ? {}
      : { answer: { text: intent.answer } }),
    ...(intent?.order ? { order: toProposal(intent.order) } : {}),
    ...(utterance?.run ? { run: utterance.run } : {}),
    ...(answers.length > 0
      ? {
          answer: {
            text: answers.map(({ text }) => text).join('\n'),
            values: Object.assign(
              {},
              ...answers.map(({ values }) => values ?? {}),
            ),
          },
        }
      : {}),
    ...(stored.problem ? { problem: stored.problem } : {}),
  }
}

function setArtifact<Name extends Stage>(
  artifacts: IntentRecord['artifacts'],
  artifact: Extract<Artifact, { stage: Name }>,
): void {
  Object.assign(artifacts, { [artifact.stage]: artifact })
}
